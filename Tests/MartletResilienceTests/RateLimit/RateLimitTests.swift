import HTTPTypes
import MartletCore
import MartletHTTP
import MartletResilience
import Testing

@Suite("Rate limit")
struct RateLimitTests {
    private let clock = ManualClock()
    private let ok = ClosureHandler<Request, Response> { _, _ in Response("hello") }

    private func request(from address: String, forwardedFor: String? = nil) -> Request {
        var request = Request(.get, "/things")
        request.peer = Peer(address: address, port: 4711)
        if let forwardedFor { request.headers[.xForwardedFor] = forwardedFor }
        return request
    }

    /// The status that a request is answered with.
    private func status(
        _ request: Request,
        _ limit: RateLimit,
        context: CallContext = CallContext()
    ) async throws -> Int {
        do {
            return try await limit.intercept(request, context: context, next: ok).status.code
        } catch let error as HTTPError {
            return error.status.code
        }
    }

    @Test("what is over the limit is answered with 429 and says when to come back")
    func refusal() async throws {
        let limit = RateLimit(limit: 2, per: .seconds(60), clock: clock)
        let request = request(from: "192.0.2.1")
        _ = try await limit.intercept(request, context: CallContext(), next: ok)
        _ = try await limit.intercept(request, context: CallContext(), next: ok)
        let error = await #expect(throws: HTTPError.self) {
            try await limit.intercept(request, context: CallContext(), next: ok)
        }
        #expect(error?.status == .tooManyRequests)
        #expect(error?.headers[.retryAfter] == "30")
        #expect(error?.headers[.rateLimit] == #""default";r=0;t=60"#)
        clock.advance(by: .seconds(30))
        #expect(try await status(request, limit) == 200)
        #expect(try await status(request, limit) == 429)
    }

    @Test("every response says what is left, in structured fields")
    func fields() async throws {
        let limit = RateLimit("api", limit: 100, per: .seconds(60), burst: 10, clock: clock)
        let request = request(from: "192.0.2.1")
        let response = try await limit.intercept(request, context: CallContext(), next: ok)
        #expect(response.headers[.rateLimitPolicy] == #""api";q=10;w=6"#)
        #expect(response.headers[.rateLimit] == #""api";r=9;t=1"#)
    }

    @Test("an error that is rendered carries the fields too")
    func errors() async throws {
        let limit = RateLimit(limit: 5, per: .seconds(5), clock: clock)
        let failing = ClosureHandler<Request, Response> { _, _ in throw HTTPError(.notFound) }
        let error = await #expect(throws: HTTPError.self) {
            try await limit.intercept(
                request(from: "192.0.2.1"),
                context: CallContext(),
                next: failing
            )
        }
        #expect(error?.status == .notFound)
        #expect(error?.headers[.rateLimit] == #""default";r=4;t=1"#)
    }

    @Test("clients are told apart by address, IPv6 ones by their /64")
    func addresses() async throws {
        let limit = RateLimit(limit: 1, per: .seconds(60), clock: clock)
        #expect(try await status(request(from: "192.0.2.1"), limit) == 200)
        #expect(try await status(request(from: "192.0.2.2"), limit) == 200)
        #expect(try await status(request(from: "192.0.2.1"), limit) == 429)
        #expect(try await status(request(from: "::ffff:192.0.2.1"), limit) == 429)
        #expect(try await status(request(from: "2001:db8:0:1::1"), limit) == 200)
        #expect(try await status(request(from: "2001:db8:0:1:ffff::9"), limit) == 429)
        #expect(try await status(request(from: "2001:db8:0:2::1"), limit) == 200)
    }

    @Test("X-Forwarded-For counts only when a trusted proxy sends it")
    func proxies() async throws {
        let range = try #require(AddressRange("10.0.0.0/8"))
        let limit = RateLimit(
            limit: 1,
            per: .seconds(60),
            by: .client(behind: TrustedProxies([range])),
            clock: clock
        )
        #expect(try await status(request(from: "10.0.0.1", forwardedFor: "1.1.1.1"), limit) == 200)
        #expect(try await status(request(from: "10.0.0.1", forwardedFor: "1.1.1.2"), limit) == 200)
        // What stands before the address that the proxy appended is the client's own invention.
        let forged = request(from: "10.0.0.1", forwardedFor: "9.9.9.9, 1.1.1.1, 10.0.0.7")
        #expect(try await status(forged, limit) == 429)
        #expect(try await status(request(from: "5.5.5.5", forwardedFor: "7.7.7.7"), limit) == 200)
        #expect(try await status(request(from: "5.5.5.5", forwardedFor: "7.7.7.8"), limit) == 429)
    }

    @Test("an identity is one caller wherever it calls from")
    func identity() async throws {
        let limit = RateLimit(limit: 1, per: .seconds(60), by: .identity, clock: clock)
        let alice = CallContext(identity: Identity(subject: "alice", scheme: "bearer"))
        let bob = CallContext(identity: Identity(subject: "bob", scheme: "bearer"))
        #expect(try await status(request(from: "192.0.2.1"), limit, context: alice) == 200)
        #expect(try await status(request(from: "192.0.2.2"), limit, context: alice) == 429)
        #expect(try await status(request(from: "192.0.2.1"), limit, context: bob) == 200)
        #expect(try await status(request(from: "192.0.2.1"), limit) == 200)
        #expect(try await status(request(from: "192.0.2.1"), limit) == 429)
    }

    @Test("a route is limited for all callers together, or for each with `and`")
    func route() async throws {
        var first = request(from: "192.0.2.1")
        first.route = "GET /things"
        var second = request(from: "192.0.2.2")
        second.route = "GET /things"
        var other = first
        other.route = "GET /others"
        let shared = RateLimit(limit: 1, per: .seconds(60), by: .route, clock: clock)
        #expect(try await status(first, shared) == 200)
        #expect(try await status(second, shared) == 429)
        #expect(try await status(other, shared) == 200)
        let each = RateLimit(limit: 1, per: .seconds(60), by: .client.and(.route), clock: clock)
        #expect(try await status(first, each) == 200)
        #expect(try await status(second, each) == 200)
        #expect(try await status(first, each) == 429)
    }

    @Test("a request without a custom key is not limited")
    func custom() async throws {
        let limit = RateLimit(
            limit: 1,
            per: .seconds(60),
            by: .custom { request, _ in request.headers[.authorization] },
            clock: clock
        )
        var keyed = request(from: "192.0.2.1")
        keyed.headers[.authorization] = "key"
        #expect(try await status(keyed, limit) == 200)
        #expect(try await status(keyed, limit) == 429)
        for _ in 0..<3 {
            #expect(try await status(request(from: "192.0.2.1"), limit) == 200)
        }
    }

    @Test("the default capacity is 65,536 keys")
    func capacity() {
        #expect(RateLimit(limit: 1, per: .seconds(1)).capacity == 65_536)
    }
}

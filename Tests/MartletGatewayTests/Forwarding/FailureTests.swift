import HTTPTypes
import MartletCore
import MartletGateway
import MartletHTTP
import NIOCore
import Testing

@Suite("Upstream failures")
struct FailureTests {
    private static func error(_ code: HTTPClientError.Code, isUnsent: Bool = false) -> any Error {
        HTTPClientError(code, "as the test says", isUnsent: isUnsent)
    }

    @Test(
        "each kind of failure has its status and its problem type",
        arguments: [
            (HTTPClientError.Code.connectFailed, 503, "upstream-unreachable"),
            (.connectTimeout, 504, "upstream-connect-timeout"),
            (.tooManyWaiting, 503, "upstream-busy"),
            (.deadlineExceeded, 504, "upstream-timeout"),
            (.connectionClosed, 502, "upstream-closed"),
            (.malformedResponse, 502, "upstream-malformed"),
            (.responseTooLarge, 502, "upstream-malformed"),
        ]
    )
    func statuses(code: HTTPClientError.Code, status: Int, type: String) async throws {
        let upstreams = FakeUpstreams { _, _ in throw Self.error(code) }
        let gateway = try Gateway.make(.single("a:1"), upstreams)
        let error = try #require(try await gateway.failure(Request(.get, "/")))
        #expect(error.status.code == status)
        #expect(error.type == "urn:martlet:gateway:\(type)")
        #expect(error.headers.contains(.retryAfter) == (status == 503))
        #expect(error.response().headers[.contentType] == "application/problem+json")
    }

    @Test("a request that was not sent goes to the next upstream, whatever its method and content")
    func unsent() async throws {
        let upstreams = FakeUpstreams { request, _ in
            guard request.authority == "c:3" else {
                throw Self.error(.connectFailed, isUnsent: true)
            }
            return Response(.created, body: request.body)
        }
        let gateway = try Gateway.make(.single("a:1", "b:2", "c:3"), upstreams)
        let body = Body { try await $0.write("streamed") }
        let response = try await gateway.handle(
            Request(.post, "/", body: body),
            context: CallContext()
        )
        #expect(response.status == .created)
        #expect(String(buffer: try await response.body.collect(upTo: 100)) == "streamed")
        #expect(upstreams.authorities == ["a:1", "b:2", "c:3"])
        #expect(upstreams.lastContext?.attempt == 2)
    }

    @Test("a request goes to three upstreams at most, and to none twice")
    func attempts() async throws {
        let upstreams = FakeUpstreams { _, _ in throw Self.error(.connectFailed, isUnsent: true) }
        let many = try Gateway.make(.single("a:1", "b:2", "c:3", "d:4"), upstreams)
        #expect(try await many.answer(Request(.get, "/")).status.code == 503)
        #expect(upstreams.authorities == ["a:1", "b:2", "c:3"])
        let others = FakeUpstreams { _, _ in throw Self.error(.connectFailed, isUnsent: true) }
        let few = try Gateway.make(.single("a:1", "b:2"), others)
        #expect(try await few.answer(Request(.get, "/")).status.code == 503)
        #expect(others.authorities == ["a:1", "b:2"])
    }

    @Test(
        "after a connection broke only what may be done twice is sent again",
        arguments: [
            (HTTPRequest.Method.get, false, true), (.head, false, true), (.put, false, true),
            (.delete, false, true), (.post, false, false), (.patch, false, false),
            (.put, true, false), (.get, true, false),
        ]
    )
    func replay(method: HTTPRequest.Method, streams: Bool, isSentAgain: Bool) async throws {
        let upstreams = FakeUpstreams { request, _ in
            guard request.authority == "b:2" else { throw Self.error(.connectionClosed) }
            return Response("hello")
        }
        let gateway = try Gateway.make(.single("a:1", "b:2"), upstreams)
        let body = streams ? Body { try await $0.write("streamed") } : Body()
        let response = try await gateway.answer(Request(method, "/", body: body))
        #expect(upstreams.requests.count == (isSentAgain ? 2 : 1))
        #expect(response.status.code == (isSentAgain ? 200 : 502))
    }

    @Test("a request that timed out is not sent again")
    func timeout() async throws {
        let upstreams = FakeUpstreams { _, _ in throw Self.error(.deadlineExceeded) }
        let gateway = try Gateway.make(.single("a:1", "b:2"), upstreams)
        #expect(try await gateway.answer(Request(.get, "/")).status.code == 504)
        #expect(upstreams.requests.count == 1)
    }

    @Test("the deadline is the route's timeout, or the caller's when that is earlier")
    func deadline() async throws {
        let clock = ManualClock()
        let upstreams = FakeUpstreams()
        let gateway = try Gateway.make(
            .single("a:1") { $0.timeout = .seconds(3) },
            upstreams,
            clock: clock
        )
        _ = try await gateway.handle(Request(.get, "/"), context: CallContext())
        #expect(upstreams.lastContext?.deadline == clock.now + .seconds(3))
        let hurried = CallContext(deadline: clock.now + .seconds(1))
        _ = try await gateway.handle(Request(.get, "/"), context: hurried)
        #expect(upstreams.lastContext?.deadline == clock.now + .seconds(1))
    }

    @Test("the response timeout is 15 s unless the file or the route says otherwise")
    func defaultTimeout() async throws {
        let clock = ManualClock()
        let upstreams = FakeUpstreams()
        let gateway = try Gateway.make(.single("a:1"), upstreams, clock: clock)
        _ = try await gateway.handle(Request(.get, "/"), context: CallContext())
        #expect(upstreams.lastContext?.deadline == clock.now + .seconds(15))
    }

    @Test("a client that has gone is not answered for the upstream")
    func cancellation() async throws {
        let upstreams = FakeUpstreams { _, _ in throw CancellationError() }
        let gateway = try Gateway.make(.single("a:1", "b:2"), upstreams)
        await #expect(throws: CancellationError.self) {
            try await gateway.handle(Request(.get, "/"), context: CallContext())
        }
        #expect(upstreams.requests.count == 1)
    }

    @Test("a switch of protocols that nobody asked for is a bad answer")
    func unaskedUpgrade() async throws {
        let upstreams = FakeUpstreams { _, _ in Response(.switchingProtocols) }
        let gateway = try Gateway.make(.single("a:1"), upstreams)
        #expect(try await gateway.answer(Request(.get, "/")).status.code == 502)
    }
}

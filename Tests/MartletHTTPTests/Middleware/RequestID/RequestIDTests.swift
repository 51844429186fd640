import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite struct RequestIDTests {
    private let layer = RequestID(RequestID.Configuration(), generator: RequestIDGenerator(seed: 7))

    private func identifier(for headers: Headers, by layer: RequestID) async throws -> String? {
        let response = try await layer.answer(Request(.get, "/", headers: headers)) { _, context in
            Response(context.requestID ?? "none")
        }
        let seen = response.body.whole.map { String(buffer: $0) }
        #expect(response.headers.values(of: .xRequestID) == [seen ?? ""])
        return seen
    }

    @Test("a request without an identifier gets a new one that handler and caller see")
    func newIdentifier() async throws {
        let first = try await identifier(for: [:], by: layer)
        let second = try await identifier(for: [:], by: layer)
        #expect(first?.utf8.count == RequestIDGenerator.length)
        #expect(first != second)
    }

    @Test("a sane identifier of the caller is kept")
    func keepsSane() async throws {
        let name = String(repeating: "a", count: 128)
        #expect(try await identifier(for: [.xRequestID: name], by: layer) == name)
        #expect(try await identifier(for: [.xRequestID: "abc-1.2_~"], by: layer) == "abc-1.2_~")
    }

    @Test(
        "an identifier that is empty, too long or not a token is replaced",
        arguments: ["", String(repeating: "a", count: 129), "a b", "a\"b", "ä", "{x}", "a,b"]
    )
    func replacesInsane(_ given: String) async throws {
        let seen = try await identifier(for: [.xRequestID: given], by: layer)
        #expect(seen != given)
        #expect(seen?.utf8.count == RequestIDGenerator.length)
    }

    @Test("two identifiers in one request are replaced by one")
    func replacesTwo() async throws {
        var headers: Headers = [.xRequestID: "one"]
        headers.append("two", for: .xRequestID)
        let seen = try await identifier(for: headers, by: layer)
        #expect(seen?.utf8.count == RequestIDGenerator.length)
    }

    @Test("an edge that does not accept identifiers replaces sane ones")
    func refusesIncoming() async throws {
        let layer = RequestID(.init(acceptsIncoming: false))
        #expect(try await identifier(for: [.xRequestID: "sane"], by: layer) != "sane")
    }

    @Test("the limit of an identifier's length can be set")
    func lengthLimit() async throws {
        let layer = RequestID(.init(maximumIncomingLength: 4))
        #expect(try await identifier(for: [.xRequestID: "1234"], by: layer) == "1234")
        #expect(try await identifier(for: [.xRequestID: "12345"], by: layer) != "12345")
    }

    @Test("the identifier replaces one that the handler's response has")
    func replacesInResponse() async throws {
        let response = try await layer.answer(Request(.get, "/")) { _, _ in
            Response(.ok, headers: [.xRequestID: "of an upstream"])
        }
        #expect(response.headers.values(of: .xRequestID).count == 1)
        #expect(response.headers[.xRequestID] != "of an upstream")
    }

    @Test("an HTTP error carries the identifier too")
    func errorCarriesIdentifier() async throws {
        let request = Request(.get, "/", headers: [.xRequestID: "abc"])
        let error = await #expect(throws: HTTPError.self) {
            try await layer.answer(request) { _, _ in throw HTTPError(.notFound) }
        }
        #expect(error?.headers[.xRequestID] == "abc")
        #expect(error?.status == .notFound)
    }

    @Test("a client sends the identifier of its call along, and keeps one that is set")
    func forwarding() async throws {
        var context = CallContext()
        context.requestID = "abc"
        let echo = { @Sendable (request: Request, _: CallContext) in
            Response(request.headers[.xRequestID] ?? "none")
        }
        func sent(_ headers: Headers, _ context: CallContext) async throws -> String? {
            try await RequestIDForwarding()
                .answer(Request(.get, "/", headers: headers), context: context, with: echo)
                .body.whole.map { String(buffer: $0) }
        }
        #expect(try await sent([:], context) == "abc")
        #expect(try await sent([.xRequestID: "own"], context) == "own")
        #expect(try await sent([:], CallContext()) == "none")
    }
}

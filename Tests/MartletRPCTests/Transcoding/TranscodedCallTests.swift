import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import SwiftProtobuf
import Testing

@testable import MartletRPC

@Suite("Calls with JSON", .timeLimit(.minutes(1)))
struct TranscodedCallTests {
    private let library = Library()

    @Test(
        "a code becomes the status that google.rpc gives it",
        arguments: [
            (1, 499), (2, 500), (3, 400), (4, 504), (5, 404), (6, 409), (7, 403), (8, 429),
            (9, 400), (10, 409), (11, 400), (12, 501), (13, 500), (14, 503), (15, 500), (16, 401),
            (42, 500),
        ]
    )
    func codes(code: Int, status: Int) async throws {
        let got = try await library.send(.get, "/v1/fail/\(code)")
        #expect(got.status == status)
        #expect(got.headers[.contentType] == "application/problem+json")
        #expect(got.headers[RPCFields.status] == "\(code)")
        #expect(got.headers[RPCFields.details] == "CAk")
        #expect(got.headers[HTTPField.Name(known: "Grpc-Metadata-X-Name")] == "because")
        #expect(got.text.contains(#""detail":"Failed.""#))
    }

    @Test("an error that nobody meant is a bare 500, and one of HTTP is itself")
    func otherErrors() async throws {
        let secret = try await library.send(.get, "/v1/fail/0")
        #expect(secret.status == 500)
        #expect(!secret.text.contains("secret"))
        let locked = try await library.send(.get, "/v1/fail/100")
        #expect(locked.status == 409)
    }

    @Test("metadata comes with Grpc-Metadata-, and authorization as itself")
    func metadata() async throws {
        let prefixed = HTTPField.Name(known: "Grpc-Metadata-X-Name")
        let forged = HTTPField.Name(known: "grpc-metadata-authorization")
        let fields: Headers = [
            .authorization: "Bearer a", prefixed: "b", forged: "Bearer c", Library.name: "d",
        ]
        let got = try await library.send(.get, "/v1/metadata/x", nil, fields)
        #expect(got.text == #"{"text":"Bearer a"}"#)
        #expect(got.headers[prefixed] == "b")
        let none = try await library.send(.get, "/v1/metadata/x", nil, [forged: "Bearer c"])
        #expect(none.text == "{}")
    }

    @Test("fields that the configuration names are metadata, and cannot be sent otherwise")
    func transcodedFields() async throws {
        var named = library
        #expect(named.configuration.transcodedFields == [.authorization])
        named.configuration.transcodedFields = [Library.name]
        let prefixed = HTTPField.Name(known: "Grpc-Metadata-X-Name")
        let fields: Headers = [Library.name: "a", prefixed: "b", .authorization: "Bearer a"]
        let got = try await named.send(.get, "/v1/metadata/x", nil, fields)
        #expect(got.headers[prefixed] == "a")
        #expect(got.text == "{}")
    }

    @Test("a stream is lines of results, and an error is the last of them")
    func lines() async throws {
        let prefixed = HTTPField.Name(known: "Grpc-Metadata-X-Name")
        let got = try await library.send(.get, "/v1/watch/3", nil, [prefixed: "b"])
        #expect(got.headers[.contentType] == "application/x-ndjson")
        #expect(got.headers[prefixed] == "b")
        #expect(
            got.text == """
                {"result":{"text":"message 1"}}
                {"result":{"text":"message 2"}}
                {"result":{"text":"message 3"}}

                """
        )
        let broken = try await library.send(.get, "/v1/watch/2").text.split(separator: "\n").map(
            String.init
        )
        #expect(broken.count == 3)
        #expect(
            broken.last
                == #"{"error":{"title":"Internal Server Error","status":500,"#
                + #""detail":"The rest is lost."}}"#
        )
        let part = try await library.send(.get, "/v1/watch/1:text")
        #expect(part.text == "{\"result\":\"message 1\"}\n")
        let refused = try await library.send(.get, "/v1/watch/-1")
        #expect(refused.status == 400)
        #expect(refused.text.contains("Less than nothing."))
    }

    @Test("a stream is events for who accepts them, with an end or an error")
    func events() async throws {
        let fields: Headers = [.accept: "text/event-stream"]
        let got = try await library.send(.get, "/v1/watch/1", nil, fields)
        #expect(got.headers[.contentType] == "text/event-stream")
        #expect(got.text == "data: {\"text\":\"message 1\"}\n\nevent: end\ndata: {}\n\n")
        let broken = try await library.send(.get, "/v1/watch/2", nil, fields)
        #expect(broken.text.contains("event: error\ndata: {\"title\":"))
        #expect(!broken.text.contains("event: end"))
    }

    @Test("a deadline that comes is answered with 504, and one that is malformed with 400")
    func deadline() async throws {
        let clock = ManualClock()
        let late = Library(clock: clock)
        async let answer = late.send(.get, "/v1/late", nil, [RPCFields.timeout: "1S"])
        try await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1))
        #expect(try await answer.status == 504)
        #expect(try await late.send(.get, "/v1/all", nil, [RPCFields.timeout: "0n"]).status == 504)
        #expect(try await late.send(.get, "/v1/all", nil, [RPCFields.timeout: "x"]).status == 400)
    }

    @Test("what no rule has is passed on, and is refused where nothing follows")
    func passedOn() async throws {
        let both = ClosureHandler<Request, Response> { _, _ in Response("web") }
            .intercepted(by: library.handler)
        for request in [Request(.get, "/v2"), Request(.delete, "/v1/messages/1")] {
            let response = try await both.handle(request, context: CallContext())
            #expect(response.body.whole == ByteBuffer(string: "web"))
        }
        let own = try await both.handle(Request(.get, "/v1/messages/1"), context: CallContext())
        #expect(own.body.whole == ByteBuffer(string: #"{"messageId":"1"}"#))
        let head = try await both.handle(Request(.head, "/v1/messages/1"), context: CallContext())
        #expect(head.headers[.contentType] == "application/json")
        let other = try await library.send(.delete, "/v1/messages/1")
        #expect(other.status == 405)
        #expect(other.headers[.allow] == "GET, PUT, PATCH")
        #expect(try await library.send(.get, "/v2").status == 415)
    }

    @Test("JSON is written as the configuration says")
    func options() async throws {
        var named = library
        named.configuration.jsonEncoding.preserveProtoFieldNames = true
        #expect(try await named.send(.get, "/v1/messages/1").text == #"{"message_id":"1"}"#)
        #expect(try await named.send(.get, "/v1/list?texts=a").text == #"["a"]"#)
    }

    @Test("a method with rules is called over gRPC as before")
    func overGRPC() async throws {
        let content: [UInt8] = try Test_Library_All.with { $0.text = "a" }.serializedBytes()
        let request = Request(
            .post,
            "/test.Library/All",
            headers: [.contentType: "application/grpc"],
            body: Body(Frames.frame(ByteBuffer(bytes: content)))
        )
        let answer = try await Answer(library.handler.handle(request, context: CallContext()))
        #expect(answer.messages[0].content == ByteBuffer(bytes: content))
    }
}

import HTTPTypes
import Logging
import MartletCore
import MartletHTTP
import NIOCore
import SwiftProtobuf
import Testing

@testable import MartletRPC

@Suite("RPC handler", .timeLimit(.minutes(1)))
struct RPCHandlerTests {
    private let clock = ManualClock()

    /// A handler of methods over bytes.
    private func handler(_ configuration: RPCConfiguration = RPCConfiguration()) -> RPCHandler {
        var methods = RPCMethods()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        methods.unary("test.Service/Echo", request: .bytes, response: .bytes) { bytes, _ in bytes }
        methods.unary("test.Service/Text") { (text: Text, _) in Text(text.value + "!") }
        methods.unary("test.Service/Late", request: .bytes, response: .bytes) { [clock] bytes, _ in
            try await clock.sleep(for: .seconds(60))
            return bytes
        }
        methods.unary("test.Service/HTTP", request: .bytes, response: .bytes) { bytes, _ in
            throw HTTPError(.notFound, detail: "There is none.")
        }
        methods.clientStreaming("test.Service/Join", request: .bytes, response: .bytes) {
            messages,
            _ in
            var all = ByteBuffer()
            for try await message in messages { all.writeImmutableBuffer(message) }
            return all
        }
        methods.bidirectional("test.Service/Each", request: .bytes, response: .bytes) {
            messages,
            _ in
            RPCStream(messages)
        }
        methods.serverStreaming("test.Service/Refuse", request: .bytes, response: .bytes) {
            _,
            _ -> RPCStream<ByteBuffer> in
            throw RPCError(.permissionDenied, "No.")
        }
        return RPCHandler(methods, configuration: configuration, clock: clock, logger: logger)
    }

    private func call(
        _ method: String,
        _ frames: [ByteBuffer],
        _ fields: Headers = Headers(),
        _ configuration: RPCConfiguration = RPCConfiguration()
    ) async throws -> Answer {
        let request = Frames.request(method, frames, fields)
        return try await Answer(
            handler(configuration).handle(request, context: CallContext())
        )
    }

    @Test("a unary call is answered with one message and trailers, whole")
    func unary() async throws {
        let request = Frames.request("Echo", [Frames.frame("hello")])
        let response = try await handler().handle(request, context: CallContext())
        #expect(response.body.whole != nil)
        let answer = try await Answer(response)
        #expect(answer.texts == ["hello"])
        #expect(answer.head[.contentType] == "application/grpc")
        #expect(answer.trailers == [RPCFields.status: "0"])
    }

    @Test("messages are Protocol Buffers by default, and empty ones have no bytes")
    func protobuf() async throws {
        let content: [UInt8] = try Text("hi").serializedBytes()
        let answer = try await call("Text", [Frames.frame(ByteBuffer(bytes: content))])
        let back = try Text(serializedBytes: Array(answer.messages[0].content.readableBytesView))
        #expect(back.value == "hi!")
        let empty = try await call("Text", [Frames.frame("")])
        #expect(String(buffer: empty.messages[0].content) == "\n\u{1}!")
        let wrong = try await call("Text", [Frames.frame("\u{1}")])
        #expect(wrong.status == 13)
        #expect(wrong.isTrailersOnly)
    }

    @Test("streams carry many messages each way")
    func streams() async throws {
        let frames = ["a", "b", "c"].map { Frames.frame($0) }
        #expect(try await call("Join", frames).texts == ["abc"])
        let each = try await call("Each", frames)
        #expect(each.texts == ["a", "b", "c"])
        #expect(each.status == 0)
        #expect(try await call("Each", []).status == 0)
    }

    @Test("a stream that goes wrong ends with a status behind what was sent")
    func brokenStream() async throws {
        let answer = try await call("Each", [Frames.frame("a"), Frames.frame("b", flag: 2)])
        #expect(answer.texts == ["a"])
        #expect(answer.status == 13)
        let refused = try await call("Refuse", [Frames.frame("")])
        #expect(refused.isTrailersOnly)
        #expect(refused.status == 7)
        #expect(refused.message == "No.")
    }

    @Test("a method of one message takes neither none nor two", arguments: [0, 2])
    func wrongCount(count: Int) async throws {
        let answer = try await call("Echo", Array(repeating: Frames.frame("x"), count: count))
        #expect(answer.status == 12)
        #expect(answer.isTrailersOnly)
    }

    @Test("an unknown method is unimplemented, by trailers only")
    func unknownMethod() async throws {
        let answer = try await call("Nothing", [Frames.frame("")])
        #expect(answer.status == 12)
        #expect(answer.message == "There is no method /test.Service/Nothing.")
        #expect(answer.isTrailersOnly)
    }

    @Test("the limit on messages is the configured one, and is named")
    func limit() async throws {
        var configuration = RPCConfiguration()
        #expect(configuration.maximumMessageSize == 4_194_304)
        configuration.maximumMessageSize = 3
        let answer = try await call("Echo", [Frames.frame("four")], Headers(), configuration)
        #expect(answer.status == 8)
        #expect(answer.message == "A message has 4 bytes; the limit is 3.")
        #expect(try await call("Echo", [Frames.frame("3.3")], Headers(), configuration).status == 0)
    }

    @Test("what is not gRPC is refused as HTTP does, or passed on")
    func notGRPC() async throws {
        let plain = Request(.post, "/test.Service/Echo", headers: [.contentType: "text/plain"])
        let type = await #expect(throws: HTTPError.self) {
            try await handler().handle(plain, context: CallContext())
        }
        #expect(type?.status == .unsupportedMediaType)
        let get = Request(.get, "/test.Service/Echo", headers: [.contentType: "application/grpc"])
        let method = await #expect(throws: HTTPError.self) {
            try await handler().handle(get, context: CallContext())
        }
        #expect(method?.status == .methodNotAllowed)
        let both = ClosureHandler<Request, Response> { _, _ in Response("web") }
            .intercepted(by: handler())
        let web = try await both.handle(plain, context: CallContext())
        #expect(web.body.whole == ByteBuffer(string: "web"))
        let rpc = Frames.request("Echo", [Frames.frame("a")])
        #expect(try await Answer(both.handle(rpc, context: CallContext())).texts == ["a"])
    }

    @Test("an error of HTTP becomes the status that is nearest")
    func httpError() async throws {
        let answer = try await call("HTTP", [Frames.frame("")])
        #expect(answer.status == 5)
        #expect(answer.message == "There is none.")
    }

    @Test("a call whose deadline comes is cancelled, and says so")
    func deadline() async throws {
        async let answer = call("Late", [Frames.frame("x")], [RPCFields.timeout: "1500m"])
        try await clock.waitForSleepers(2)
        clock.advance(by: .milliseconds(1_500))
        let late = try await answer
        #expect(late.status == 4)
        #expect(late.isTrailersOnly)
    }

    @Test(
        "a timeout that is malformed is an error, one of nothing has passed, the longest is taken",
        arguments: [("1", 13), ("123456789S", 13), ("1x", 13), ("0n", 4), ("99999999H", 0)]
    )
    func timeouts(value: String, status: Int) async throws {
        let answer = try await call("Echo", [Frames.frame("x")], [RPCFields.timeout: value])
        #expect(answer.status == status)
    }

    @Test("a compressed message is read, and one is answered to who accepts it")
    func compression() async throws {
        let text = ByteBuffer(string: String(repeating: "again ", count: 1_000))
        var configuration = RPCConfiguration()
        configuration.responseCompression = .deflate
        let sent = Frames.frame(try RPCCompression.gzip.compress(text), flag: 1)
        let fields: Headers = [
            RPCFields.encoding: "gzip", RPCFields.acceptEncoding: "identity,deflate",
        ]
        let answer = try await call("Echo", [sent], fields, configuration)
        #expect(answer.status == 0)
        #expect(answer.head[RPCFields.encoding] == "deflate")
        #expect(answer.messages[0].isCompressed)
        let back = try RPCCompression.deflate.decompress(answer.messages[0].content, upTo: 6_000)
        #expect(back == text)
        let small = try await call("Echo", [Frames.frame("x")], fields, configuration)
        #expect(!small.messages[0].isCompressed)
        let plain = try await call("Echo", [sent], [RPCFields.encoding: "gzip"], configuration)
        #expect(plain.messages[0].content == text)
        #expect(plain.head[RPCFields.encoding] == nil)
    }

    @Test("compression that is not announced or not known is refused")
    func unknownCompression() async throws {
        #expect(try await call("Echo", [Frames.frame("x", flag: 1)]).status == 13)
        let answer = try await call("Echo", [Frames.frame("x")], [RPCFields.encoding: "snappy"])
        #expect(answer.status == 12)
        #expect(answer.head[RPCFields.acceptEncoding] == "identity,deflate,gzip")
    }
}

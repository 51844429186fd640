import HTTPTypes
import Logging
import MartletCore
import MartletHTTP
import NIOCore
import SwiftProtobuf
import TestSupport
import Testing

@testable import MartletRPC

@Suite("gRPC-Web", .timeLimit(.minutes(1)))
struct RPCWebTests {
    private let handler = RPCHandler(
        TestMethods().methods,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )

    /// What a page gets.
    private struct WebAnswer {
        var head: Headers
        var texts: [String] = []
        /// The lines of the last frame.
        var trailers: [String]?

        init(_ response: Response, isText: Bool = false) async throws {
            head = response.headers
            var bytes = try await response.body.collect(upTo: 1 << 20)
            if isText {
                var text = WebText()
                bytes = try text.decode(bytes)
                try text.finish()
            }
            while let flag: UInt8 = bytes.readInteger(), let count: UInt32 = bytes.readInteger() {
                #expect(trailers == nil, "the trailers are the last frame")
                let slice = bytes.readSlice(length: Int(count))
                let content = try #require(slice)
                if flag == 0x80 {
                    trailers = String(buffer: content).split(separator: "\r\n").map(String.init)
                } else {
                    let view = Array(content.readableBytesView)
                    texts.append(try Text(serializedBytes: view).value)
                }
            }
            #expect(bytes.readableBytes == 0)
        }
    }

    private func message(_ text: String) throws -> ByteBuffer {
        let bytes: [UInt8] = try Text(text).serializedBytes()
        return Frames.frame(ByteBuffer(bytes: bytes))
    }

    private func request(_ method: String, _ type: String, _ body: Body) -> Request {
        Request(.post, "/test.Service/\(method)", headers: [.contentType: type], body: body)
    }

    private func call(_ request: Request, isText: Bool = false) async throws -> WebAnswer {
        try await WebAnswer(
            handler.handle(request, context: CallContext()),
            isText: isText
        )
    }

    @Test(
        "a unary call has its trailers in a last frame",
        arguments: [
            "application/grpc-web", "application/grpc-web+proto", "Application/GRPC-Web; a=b",
        ]
    )
    func unary(type: String) async throws {
        var request = request("Greet", type, Body(try message("you")))
        request.headers[HTTPField.Name(known: "x-text")] = "t"
        request.headers[HTTPField.Name(known: "x-data-bin")] = "AAE="
        let answer = try await call(request)
        #expect(answer.head[.contentType] == "application/grpc-web+proto")
        #expect(answer.head[HTTPField.Name(known: "x-text-back")] == "t")
        #expect(answer.texts == ["Hello, you"])
        #expect(answer.trailers == ["grpc-status:0", "x-data-back-bin:AAE"])
    }

    @Test("a stream of messages ends with the trailers")
    func streaming() async throws {
        let count = Frames.frame(ByteBuffer(bytes: [8, 3]))
        let response = try await handler.handle(
            request("Count", "application/grpc-web", Body(count)),
            context: CallContext()
        )
        let bytes = try await response.body.collect(upTo: 1_000)
        var expected = ByteBuffer()
        for number: UInt8 in 1...3 {
            expected.writeImmutableBuffer(Frames.frame(ByteBuffer(bytes: [8, number])))
        }
        let end = ByteBuffer(string: "grpc-status:0\r\n")
        expected.writeImmutableBuffer(Frames.frame(end, flag: 0x80))
        #expect(bytes == expected)
        let broken = try await call(
            request("BreakOff", "application/grpc-web", Body(try message("")))
        )
        #expect(broken.texts == ["first"])
        #expect(broken.trailers == ["grpc-status:15", "grpc-message:The rest is lost."])
    }

    @Test("a client's stream that is whole is read")
    func clientStreaming() async throws {
        var bytes = try message("a")
        bytes.writeImmutableBuffer(try message("b"))
        let answer = try await call(request("Join", "application/grpc-web", Body(bytes)))
        #expect(answer.texts == ["a,b"])
    }

    @Test("text is Base64 both ways, in pieces of any size", arguments: [1, 3, 7, 1_000])
    func text(size: Int) async throws {
        var encoded = Array(WebText.encode(try message("a")).readableBytesView)
        encoded += Array(WebText.encode(try message("bc")).readableBytesView)
        let pieces = stride(from: 0, to: encoded.count, by: size).map { start in
            ByteBuffer(bytes: encoded[start..<min(start + size, encoded.count)])
        }
        for body in [
            Body(storage: .source(Pieces(pieces), length: nil)), Body(ByteBuffer(bytes: encoded)),
        ] {
            for (method, texts) in [("Join", ["a,bc"]), ("Chat", ["re: a", "re: bc"])] {
                if case .source(let source, _) = body.storage { (source as? Pieces)?.rewind() }
                let answer = try await call(
                    request(method, "application/grpc-web-text+proto", body),
                    isText: true
                )
                #expect(answer.head[.contentType] == "application/grpc-web-text+proto")
                #expect(answer.texts == texts)
                #expect(answer.trailers?.first == "grpc-status:0")
            }
        }
    }

    @Test("what is accepted decides how the answer is written")
    func accept() async throws {
        var binary = request("Greet", "application/grpc-web", Body(try message("a")))
        binary.headers[.accept] = "application/grpc-web-text"
        #expect(try await call(binary, isText: true).texts == ["Hello, a"])
        let text = Body(WebText.encode(try message("a")))
        var other = request("Greet", "application/grpc-web-text", text)
        other.headers[.accept] = "application/grpc-web+proto, */*"
        #expect(try await call(other).texts == ["Hello, a"])
    }

    @Test("a call that fails before its first message is trailers-only")
    func refusals() async throws {
        let known = try await call(
            request("Fail", "application/grpc-web", Body(try message("known")))
        )
        #expect(known.head[RPCFields.status] == "9")
        #expect(known.head[RPCFields.message] == "50 %25 of it%0Afailed: %C3%BC")
        #expect(known.head[RPCFields.details] == "CAk")
        #expect(known.head[.contentType] == "application/grpc-web+proto")
        #expect(known.trailers == nil)
        let none = try await call(request("None", "application/grpc-web", Body()))
        #expect(none.head[RPCFields.status] == "12")
        var late = request("Echo", "application/grpc-web", Body(try message("a")))
        late.headers[RPCFields.timeout] = "0S"
        #expect(try await call(late).head[RPCFields.status] == "4")
    }

    @Test("what is no call of gRPC-Web is refused as HTTP does")
    func notWeb() async throws {
        let json = request("Greet", "application/grpc-web+json", Body())
        let type = await #expect(throws: HTTPError.self) {
            try await handler.handle(json, context: CallContext())
        }
        #expect(type?.status == .unsupportedMediaType)
        var get = request("Greet", "application/grpc-web", Body())
        get.method = .get
        let method = await #expect(throws: HTTPError.self) {
            try await handler.handle(get, context: CallContext())
        }
        #expect(method?.status == .methodNotAllowed)
    }

    @Test("the limit on messages holds for text as well")
    func limit() async throws {
        var configuration = RPCConfiguration()
        configuration.maximumMessageSize = 8
        let small = RPCHandler(TestMethods().methods, configuration: configuration)
        let text = Body(WebText.encode(try message("1234567")))
        let response = try await small.handle(
            request("Echo", "application/grpc-web-text", text),
            context: CallContext()
        )
        #expect(response.headers[RPCFields.status] == "8")
    }

    @Test("framing that is damaged ends in a status, never in anything else")
    func fuzzed() async throws {
        var random = SplitMix(seed: 9_041)
        let whole = Array(WebText.encode(try message("hello")).readableBytesView)
        let plain = Array(try message("hello").readableBytesView)
        for number in 0..<Fuzz.cases(2_000) {
            let isText = number % 2 == 0
            let spices: [[UInt8]] = [[0x80], [0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x3D]]
            let bytes = Fuzz.damage(isText ? whole : plain, spices: spices, &random)
            let pieces = Fuzz.split(bytes, &random).map { ByteBuffer(bytes: $0) }
            let response = try await handler.handle(
                request(
                    "Echo",
                    isText ? "application/grpc-web-text" : "application/grpc-web",
                    number % 3 == 0
                        ? Body(ByteBuffer(bytes: bytes))
                        : Body(storage: .source(Pieces(pieces), length: nil))
                ),
                context: CallContext()
            )
            let answer = try await WebAnswer(response, isText: isText)
            let status = answer.head[RPCFields.status].map { "grpc-status:\($0)" }
            #expect((status ?? answer.trailers?.first)?.hasPrefix("grpc-status:") == true)
        }
    }

    @Test("the CORS configuration exposes what a page has to read")
    func cors() async throws {
        let cors = try CORS(.rpc(origins: .exact(["https://a.example"]), metadata: [Library.name]))
        let served = handler.intercepted(by: cors)
        var request = request("None", "application/grpc-web", Body())
        request.headers[.origin] = "https://a.example"
        let response = try await served.handle(request, context: CallContext())
        #expect(
            response.headers[.accessControlExposeHeaders]
                == "X-Request-ID, grpc-status, grpc-message, grpc-status-details-bin, x-name"
        )
        #expect(response.headers[.accessControlAllowOrigin] == "https://a.example")
    }
}

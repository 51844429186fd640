import HTTPTypes
import Logging
import MartletCore
import MartletHTTP
import NIOCore
import SwiftProtobuf
import Synchronization
import Testing

@testable import MartletRPC

@Suite("RPC client", .timeLimit(.minutes(1)))
struct RPCClientTests {
    private let clock = ManualClock()

    /// A client of the test methods, in memory.
    private func client(
        _ configuration: RPCClientConfiguration = RPCClientConfiguration(),
        server: RPCConfiguration = RPCConfiguration(),
        around: (@Sendable (Request) -> Response?)? = nil
    ) -> RPCClient {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let handler = RPCHandler(
            TestMethods().methods,
            configuration: server,
            clock: clock,
            logger: logger
        )
        let outer = ClosureHandler { (request: Request, context) in
            if let response = around?(request) { return response }
            return try await handler.handle(request, context: context)
        }
        return RPCClient(
            InMemoryTransport(outer),
            at: "http://test",
            configuration: configuration,
            clock: clock
        )
    }

    private func greet(
        _ client: RPCClient,
        _ options: RPCCallOptions = RPCCallOptions()
    ) async throws -> RPCAnswer<Text> {
        try await client.unary("test.Service/Greet", Text("Anna"), options: options)
    }

    @Test("a unary call has one message each way, and metadata before and after it")
    func unary() async throws {
        var options = RPCCallOptions()
        options.metadata[HTTPField.Name(known: "x-text")] = "there and back"
        options.metadata.append(
            ByteBuffer(bytes: [0, 255]),
            for: HTTPField.Name(known: "x-data-bin")
        )
        let answer = try await greet(client(), options)
        #expect(answer.message.value == "Hello, Anna")
        #expect(
            answer.initialMetadata[HTTPField.Name(known: "x-text-back")] == "there and back"
        )
        let back = answer.trailingMetadata.bytes(of: HTTPField.Name(known: "x-data-back-bin"))
        #expect(back == [ByteBuffer(bytes: [0, 255])])
    }

    @Test("a server streams messages until its status")
    func serverStreaming() async throws {
        let numbers: RPCMessages<Google_Protobuf_Int32Value> = try await client()
            .serverStreaming("test.Service/Count", Google_Protobuf_Int32Value(40))
        var sum: Int32 = 0
        for try await number in numbers { sum += number.value }
        #expect(sum == 820)
    }

    @Test("a stream that fails after a message gives the message, then the error")
    func failingStream() async throws {
        let texts: RPCMessages<Text> = try await client()
            .serverStreaming("test.Service/BreakOff", Text())
        var iterator = texts.makeAsyncIterator()
        #expect(try await iterator.next()?.value == "first")
        let error = await #expect(throws: RPCError.self) { try await iterator.next() }
        #expect(error?.status == RPCStatus(.dataLoss, "The rest is lost."))
    }

    @Test("a client streams messages")
    func clientStreaming() async throws {
        let words = RPCStream<Text> { writer in
            for word in ["a", "b", "c"] { try await writer.write(Text(word)) }
        }
        let answer: RPCAnswer<Text> = try await client()
            .clientStreaming("test.Service/Join", words)
        #expect(answer.message.value == "a,b,c")
    }

    @Test("both ends stream at once, one message after the other")
    func bidirectional() async throws {
        let (questions, asking) = AsyncStream.makeStream(of: Text.self)
        let answers: RPCMessages<Text> = try await client()
            .bidirectional("test.Service/Chat", RPCStream(questions))
        var iterator = answers.makeAsyncIterator()
        for number in 1...3 {
            asking.yield(Text("\(number)"))
            #expect(try await iterator.next()?.value == "re: \(number)")
        }
        asking.finish()
        #expect(try await iterator.next() == nil)
    }

    @Test("what the messages throw that a client streams is what the call throws")
    func throwingMessages() async throws {
        struct Mine: Error {}
        let words = RPCStream<Text> { writer in
            try await writer.write(Text("a"))
            throw Mine()
        }
        let client = client()
        await #expect(throws: Mine.self) {
            let _: RPCAnswer<Text> = try await client.clientStreaming("test.Service/Join", words)
        }
    }

    @Test("an error has the server's code, message, details and trailing metadata")
    func failure() async throws {
        let client = client()
        let error = await #expect(throws: RPCError.self) {
            let _: RPCAnswer<Text> = try await client.unary("test.Service/Fail", Text("known"))
        }
        #expect(error?.status.code == .failedPrecondition)
        #expect(error?.status.message == "50 % of it\nfailed: ü")
        #expect(error?.status.details == ByteBuffer(bytes: [8, 9]))
        #expect(error?.metadata[HTTPField.Name(known: "x-reason")] == "because")
    }

    @Test("a method that is not there is UNIMPLEMENTED")
    func unknownMethod() async throws {
        let client = client()
        let error = await #expect(throws: RPCError.self) {
            let _: RPCAnswer<Text> = try await client.unary("test.Service/None", Text())
        }
        #expect(error?.status.code == .unimplemented)
    }

    @Test("the time that is left goes along, and what has none is not sent")
    func deadline() async throws {
        let seen = Mutex<[String?]>([])
        let client = client { request in
            seen.withLock { $0.append(request.headers[RPCFields.timeout]) }
            return nil
        }
        _ = try await greet(client)
        _ = try await greet(client, RPCCallOptions(timeout: .milliseconds(20)))
        let context = CallContext(deadline: clock.now.advanced(by: .milliseconds(10)))
        _ = try await greet(client, RPCCallOptions(context: context, timeout: .seconds(2)))
        #expect(seen.withLock { $0 } == ["15000000u", "20000000n", "10000000n"])
        let error = await #expect(throws: RPCError.self) {
            try await greet(client, RPCCallOptions(timeout: .zero))
        }
        #expect(error?.status.code == .deadlineExceeded)
        #expect(seen.withLock { $0.count } == 3)
    }

    @Test("a call that streams has no deadline by itself, and ends at the one that it is given")
    func streamDeadline() async throws {
        let (questions, asking) = AsyncStream.makeStream(of: Text.self)
        let answers: RPCMessages<Text> = try await client().bidirectional(
            "test.Service/Chat",
            RPCStream(questions),
            options: RPCCallOptions(timeout: .seconds(5))
        )
        asking.yield(Text("1"))
        var iterator = answers.makeAsyncIterator()
        #expect(try await iterator.next()?.value == "re: 1")
        try await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        let error = await #expect(throws: RPCError.self) { try await iterator.next() }
        #expect(error?.status.code == .deadlineExceeded)
    }

    @Test("messages are compressed both ways when both ends are told to")
    func compression() async throws {
        var configuration = RPCClientConfiguration()
        configuration.requestCompression = .gzip
        configuration.compressionThreshold = 16
        var server = RPCConfiguration()
        server.responseCompression = .deflate
        server.compressionThreshold = 16
        let seen = Mutex<[Int?]>([])
        let client = client(configuration, server: server) { request in
            seen.withLock { $0.append(request.body.length) }
            return nil
        }
        let text = String(repeating: "martlet", count: 1000)
        let answer: RPCAnswer<Text> = try await client.unary("test.Service/Echo", Text(text))
        #expect(answer.message.value == text)
        #expect(seen.withLock { $0.allSatisfy { $0 ?? .max < 500 } })
    }

    @Test("an answer that is longer than the limit is RESOURCE_EXHAUSTED")
    func limit() async throws {
        var configuration = RPCClientConfiguration()
        configuration.maximumMessageSize = 10
        let client = client(configuration)
        let error = await #expect(throws: RPCError.self) { try await greet(client) }
        #expect(error?.status.code == .resourceExhausted)
    }

    @Test(
        "an answer that is not gRPC has the code that gRPC has for its status",
        arguments: [
            (400, RPCStatus.Code.internal), (401, .unauthenticated), (403, .permissionDenied),
            (404, .unimplemented), (429, .unavailable), (503, .unavailable), (500, .unknown),
            (200, .unknown),
        ]
    )
    func otherStatuses(status: Int, code: RPCStatus.Code) async throws {
        let client = client { _ in
            Response(HTTPResponse.Status(code: status), headers: [.contentType: "text/html"])
        }
        let error = await #expect(throws: RPCError.self) { try await greet(client) }
        #expect(error?.status.code == code)
    }

    @Test("an answer that ends without a status is UNKNOWN")
    func noStatus() async throws {
        let client = client { _ in
            Response(.ok, headers: RPCFields.plainHead, body: Body(Frames.frame("")))
        }
        let error = await #expect(throws: RPCError.self) { try await greet(client) }
        #expect(error?.status.code == .unknown)
    }

    @Test("cancelling the caller's task cancels the method")
    func cancellation() async throws {
        let methods = TestMethods()
        let handler = RPCHandler(methods.methods, clock: clock)
        let client = RPCClient(InMemoryTransport(handler), at: "http://test", clock: clock)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    let _: RPCAnswer<Text> =
                        try await client.unary("test.Service/Wait", Text("me"))
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            await Task.yield()
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }
}

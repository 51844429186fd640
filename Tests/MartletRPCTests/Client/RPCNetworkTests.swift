import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import SwiftProtobuf
import Synchronization
import Testing

@testable import MartletRPC

@Suite("RPC client and server over HTTP/2", .timeLimit(.minutes(1)))
struct RPCNetworkTests {
    /// Runs `body` with a client of a server of the test methods.
    private func withClient(
        _ configuration: RPCClientConfiguration = RPCClientConfiguration(),
        limits: HTTPLimits = HTTPLimits(),
        _ body: @escaping @Sendable (RPCClient, TestMethods) async throws -> Void
    ) async throws {
        let methods = TestMethods()
        var listening = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        listening.limits = limits
        let server = HTTPServer(listening, handler: RPCHandler(methods.methods))
        let http = HTTPClient(.rpc)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await server.run()
                return false
            }
            group.addTask {
                let port = try await server.boundAddresses().first?.port ?? 0
                let client = RPCClient(
                    http,
                    at: "http://127.0.0.1:\(port)",
                    configuration: configuration
                )
                try await body(client, methods)
                return true
            }
            defer { group.cancelAll() }
            while try await group.next() == false {}
        }
        http.shutdown()
    }

    @Test("calls of all four kinds are made at once over one connection")
    func kinds() async throws {
        try await withClient { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<32 {
                    group.addTask { try await Self.call(client, number) }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func call(_ client: RPCClient, _ number: Int) async throws {
        switch number % 4 {
        case 0:
            let answer: RPCAnswer<Text> =
                try await client.unary("test.Service/Greet", Text("Anna"))
            #expect(answer.message.value == "Hello, Anna")
        case 1:
            let numbers: RPCMessages<Google_Protobuf_Int32Value> =
                try await client
                .serverStreaming("test.Service/Count", Google_Protobuf_Int32Value(1000))
            var sum: Int32 = 0
            for try await number in numbers { sum += number.value }
            #expect(sum == 500_500)
        case 2:
            let words = RPCStream<Text> { writer in
                for word in 0..<100 { try await writer.write(Text("\(word)")) }
            }
            let answer: RPCAnswer<Text> =
                try await client.clientStreaming("test.Service/Join", words)
            #expect(answer.message.value == (0..<100).map(String.init).joined(separator: ","))
        default:
            let (questions, asking) = AsyncStream.makeStream(of: Text.self)
            let answers: RPCMessages<Text> =
                try await client.bidirectional("test.Service/Chat", RPCStream(questions))
            var iterator = answers.makeAsyncIterator()
            for number in 1...20 {
                asking.yield(Text("\(number)"))
                #expect(try await iterator.next()?.value == "re: \(number)")
            }
            asking.finish()
            #expect(try await iterator.next() == nil)
        }
    }

    @Test("messages that are larger than the windows go both ways, compressed or not")
    func largeMessages() async throws {
        var configuration = RPCClientConfiguration()
        for compression in [nil, RPCCompression.gzip] {
            configuration.requestCompression = compression
            try await withClient(configuration) { client, _ in
                let text = String(repeating: "0123456789", count: 300_000)
                let answer: RPCAnswer<Text> =
                    try await client.unary("test.Service/Echo", Text(text))
                #expect(answer.message.value == text)
            }
        }
    }

    @Test("a stream may be longer, and silent for longer, than HTTP's limits on content allow")
    func patience() async throws {
        var limits = HTTPLimits()
        limits.bodySize = 1000
        limits.bodyIdleTimeout = .milliseconds(100)
        try await withClient(limits: limits) { client, _ in
            let (questions, asking) = AsyncStream.makeStream(of: Text.self)
            let answers: RPCMessages<Text> =
                try await client.bidirectional("test.Service/Chat", RPCStream(questions))
            var iterator = answers.makeAsyncIterator()
            let text = String(repeating: "a", count: 900)
            for _ in 0..<2 {
                asking.yield(Text(text))
                #expect(try await iterator.next()?.value.count == 904)
                // Longer than the time-out, two looks at it included.
                try await Task.sleep(for: .milliseconds(1300))
            }
            asking.finish()
            #expect(try await iterator.next() == nil)
        }
    }

    @Test("a deadline, and a task that is cancelled, end the method at the server")
    func ends() async throws {
        try await withClient { client, methods in
            let error = await #expect(throws: RPCError.self) {
                let _: RPCAnswer<Text> = try await client.unary(
                    "test.Service/Wait",
                    Text("late"),
                    options: RPCCallOptions(timeout: .seconds(1))
                )
            }
            #expect(error?.status.code == .deadlineExceeded)
            await withTaskGroup(of: String.self) { group in
                group.addTask {
                    do {
                        let _: RPCAnswer<Text> =
                            try await client.unary("test.Service/Wait", Text("cancelled"))
                        return "an answer"
                    } catch {
                        return "\(error)"
                    }
                }
                while !methods.begun.withLock({ $0.contains("cancelled") }) {
                    try? await Task.sleep(for: .milliseconds(5))
                }
                group.cancelAll()
                #expect(await group.next() == "CancellationError()")
            }
            for _ in 0..<1000 where methods.cancelled.withLock({ $0.count < 2 }) {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(methods.cancelled.withLock { Set($0) } == ["late", "cancelled"])
        }
    }

    @Test("a server that is not there is UNAVAILABLE")
    func unavailable() async throws {
        try await withClient { _, _ in
            let http = HTTPClient(.rpc)
            // Nobody listens on the first port.
            let client = RPCClient(http, at: "http://127.0.0.1:1")
            let error = await #expect(throws: RPCError.self) {
                let _: RPCAnswer<Text> = try await client.unary("test.Service/Greet", Text())
            }
            #expect(error?.status.code == .unavailable)
            http.shutdown()
        }
    }
}

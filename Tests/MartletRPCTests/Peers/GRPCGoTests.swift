import Foundation
import Glibc
import HTTPTypes
import Logging
import MartletHTTP
import MartletTransport
import NIOCore
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import MartletRPC

@Suite("RPC with grpc-go", .timeLimit(.minutes(5)))
struct GRPCGoTests {
    @Test("grpc-go's client makes calls of all kinds")
    func client() async throws {
        let scratch = try Scratch()
        let peer = try await GoPeer.built(in: scratch)
        let methods = TestMethods()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var configuration = RPCConfiguration()
        configuration.responseCompression = .gzip
        let server = HTTPServer(
            .init(addresses: [.tcp("127.0.0.1", port: 0)]),
            logger: logger,
            handler: RPCHandler(methods.methods, configuration: configuration, logger: logger)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            let address = try #require(try await server.boundAddresses().first)
            let port = try #require(address.port)
            let ended = try await Programs.run([peer, "call", "\(port)"])
            #expect(ended.status == 0, "\(ended.output)")
            #expect(ended.output.split(separator: "\n").count == 16, "\(ended.output)")
        }
        // Both the deadline's and the one that was cancelled.
        #expect(methods.cancelled.withLock { Set($0) } == ["x", "started"])
    }
}

extension GRPCGoTests {
    @Test("calls of all kinds reach grpc-go's server")
    func server() async throws {
        let scratch = try Scratch()
        let peer = try await GoPeer.built(in: scratch)
        let program = try RunningProgram([peer, "serve"], in: scratch)
        defer { program.send(SIGKILL) }
        try await Programs.wait { program.output.hasSuffix("\n") }
        let port = program.output.prefix { $0 != "\n" }
        let http = HTTPClient(.rpc)
        defer { http.shutdown() }
        let client = RPCClient(http, at: "http://127.0.0.1:\(port)")
        try await checkUnary(client)
        try await checkStreams(client)
        try await checkFailures(client)
        var hurried = RPCCallOptions()
        hurried.timeout = .milliseconds(200)
        let late = await #expect(throws: RPCError.self) {
            let _: RPCAnswer<Text> = try await client.unary(
                "test.Service/Wait",
                Text("late"),
                options: hurried
            )
        }
        #expect(late?.status.code == .deadlineExceeded)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let _: RPCAnswer<Text>? = try? await client.unary("test.Service/Wait", Text("off"))
            }
            try? await Programs.wait { program.output.contains("waiting: off") }
            group.cancelAll()
        }
        // The server learns of both.
        try await Programs.wait {
            program.output.contains("cancelled: off") && program.output.contains("cancelled: late")
        }
    }

    private func checkUnary(_ client: RPCClient) async throws {
        var options = RPCCallOptions()
        options.metadata[HTTPField.Name(known: "x-text")] = "some text"
        let bytes = ByteBuffer(bytes: 0...255)
        options.metadata.append(bytes, for: HTTPField.Name(known: "x-data-bin"))
        let answer: RPCAnswer<Text> = try await client.unary(
            "test.Service/Greet",
            Text("you"),
            options: options
        )
        #expect(answer.message.value == "Hello, you")
        #expect(answer.initialMetadata[HTTPField.Name(known: "x-text-back")] == "some text")
        let back = answer.trailingMetadata.bytes(of: HTTPField.Name(known: "x-data-back-bin"))
        #expect(back == [bytes])
        let large = String(repeating: "0123456789", count: 300_000)
        let echo: RPCAnswer<Text> = try await client.unary("test.Service/Echo", Text(large))
        #expect(echo.message.value == large)
    }

    private func checkStreams(_ client: RPCClient) async throws {
        let numbers: RPCMessages<Google_Protobuf_Int32Value> = try await client.serverStreaming(
            "test.Service/Count",
            Google_Protobuf_Int32Value(1000)
        )
        var last: Int32 = 0
        for try await number in numbers {
            #expect(number.value == last + 1)
            last = number.value
        }
        #expect(last == 1000)
        let words = RPCStream<Text> { writer in
            for number in 0..<500 { try await writer.write(Text("\(number)")) }
        }
        let joined: RPCAnswer<Text> = try await client.clientStreaming("test.Service/Join", words)
        #expect(joined.message.value == (0..<500).map { "\($0)" }.joined(separator: ","))
        let (questions, asking) = AsyncStream.makeStream(of: Text.self)
        let answers: RPCMessages<Text> =
            try await client
            .bidirectional("test.Service/Chat", RPCStream(questions))
        var iterator = answers.makeAsyncIterator()
        for number in 0..<20 {
            asking.yield(Text("q\(number)"))
            #expect(try await iterator.next()?.value == "re: q\(number)")
        }
        asking.finish()
        #expect(try await iterator.next() == nil)
    }

    private func checkFailures(_ client: RPCClient) async throws {
        let failed = await #expect(throws: RPCError.self) {
            let _: RPCAnswer<Text> = try await client.unary("test.Service/Fail", Text("x"))
        }
        #expect(failed?.status.code == .failedPrecondition)
        #expect(failed?.status.message == "50 % of it\nfailed: ü")
        let details = try #require(failed?.status.details)
        #expect(String(buffer: details).hasSuffix("why"))
        #expect(failed?.metadata[HTTPField.Name(known: "x-reason")] == "because")
        let missing = await #expect(throws: RPCError.self) {
            let _: RPCAnswer<Text> = try await client.unary("test.Service/Missing", Text("x"))
        }
        #expect(missing?.status.code == .unimplemented)
        let texts: RPCMessages<Text> =
            try await client
            .serverStreaming("test.Service/BreakOff", Text())
        var iterator = texts.makeAsyncIterator()
        #expect(try await iterator.next()?.value == "first")
        let broken = await #expect(throws: RPCError.self) { try await iterator.next() }
        #expect(broken?.status == RPCStatus(.dataLoss, "The rest is lost."))
    }
}

/// The program in `Peers/Go`, which stands for grpc-go.
enum GoPeer {
    /// Builds it with Debian's Go and grpc-go, outside modules.
    ///
    /// - Returns: Where it is.
    static func built(in scratch: Scratch) async throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Go")
        let sources = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".go") }
            .map { folder.appending(path: $0).path }
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let program = "\(scratch.path)/peer"
        let settings = [
            "GO111MODULE=off", "GOPATH=/usr/share/gocode", "CGO_ENABLED=0", "GOFLAGS=",
            "GOCACHE=/\(root)/.build/go-cache",
        ]
        let build = ["/usr/bin/env"] + settings + ["/usr/bin/go", "build", "-o", program]
        let ended = try await Programs.run(build + sources)
        try #require(ended.status == 0, "run make setup: \(ended.output)")
        return program
    }
}

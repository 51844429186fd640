import Foundation
import Logging
import MartletHTTP
import MartletTransport
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import MartletRPC

@Suite("RPC with grpcio", .timeLimit(.minutes(5)))
struct GRPCIOTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("grpcio's client makes calls of all kinds")
    func client() async throws {
        let methods = TestMethods()
        try await run("caller.py", against: methods.methods)
        // Both the deadline's and the one that was cancelled.
        #expect(methods.cancelled.withLock { Set($0) } == ["x", "started"])
    }

    @Test("grpcio learns generated services by reflection, and calls them; it asks for health")
    func services() async throws {
        let health = RPCHealth()
        var methods = RPCMethods()
        methods.register(EverythingService())
        methods.register(health)
        methods.unary("test.Service/SetStatus") { (text: Text, _) in
            let words = text.value.split(separator: " ").map(String.init)
            health.set(words[1] == "up" ? .serving : .notServing, for: words[0])
            return text
        }
        methods.registerReflection()
        try await run("services.py", against: methods)
    }

    /// Runs a program beside this file against a server, and expects every check of it to hold.
    private func run(_ program: String, against methods: RPCMethods) async throws {
        let server = HTTPServer(
            .init(addresses: [.tcp("127.0.0.1", port: 0)]),
            logger: logger,
            handler: RPCHandler(methods, logger: logger)
        )
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: program).path
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let names = text.split(separator: "\n").compactMap { line in
            line.hasPrefix("def check_") ? line.dropFirst(4).prefix { $0 != "(" } : nil
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            let address = try #require(try await server.boundAddresses().first)
            let port = try #require(address.port)
            let ended = try await Programs.run([Programs.python(), path, "\(port)"])
            #expect(ended.status == 0, "\(ended.output)")
            #expect(ended.output.split(separator: "\n").count == names.count, "\(ended.output)")
        }
    }
}

import Foundation
import Logging
import MartletHTTP
import MartletTransport
import Synchronization
import TestSupport
import Testing

@testable import MartletRPC

@Suite("RPC with grpcio", .timeLimit(.minutes(5)))
struct GRPCIOTests {
    @Test("grpcio's client makes calls of all kinds")
    func client() async throws {
        let methods = TestMethods()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = HTTPServer(
            .init(addresses: [.tcp("127.0.0.1", port: 0)]),
            logger: logger,
            handler: RPCHandler(methods.methods, logger: logger)
        )
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "caller.py").path
        let program = try String(contentsOfFile: path, encoding: .utf8)
        let names = program.split(separator: "\n").compactMap { line in
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
        // Both the deadline's and the one that was cancelled.
        #expect(methods.cancelled.withLock { Set($0) } == ["x", "started"])
    }
}

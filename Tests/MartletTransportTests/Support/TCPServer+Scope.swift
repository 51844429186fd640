import Logging
import MartletTransport
import NIOCore
import ServiceLifecycle

/// Runs `body` with a server that listens on a free port, and ends the server after it.
func withTCPServer<Result: Sendable>(
    loops: EventLoops = .shared,
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    configure: (inout TCPServer.Configuration) -> Void = { _ in },
    handler: @escaping @Sendable (TCPStream) async throws -> Void,
    _ body: (TCPServer, Int) async throws -> Result
) async throws -> Result {
    var configuration = TCPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
    configuration.shutdownGracePeriod = .seconds(5)
    configure(&configuration)
    let server = TCPServer(configuration, loops: loops, logger: logger, handler: handler)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        let port = try await server.boundAddresses().first?.port ?? 0
        let result = try await body(server, port)
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}

/// Sends back what it is sent.
@Sendable func echo(_ stream: TCPStream) async throws {
    for try await bytes in stream.inbound {
        try await stream.write(bytes)
    }
}

extension TCPStream {
    /// Reads until `count` bytes have come, or the peer has finished.
    func readString(_ count: Int) async throws -> String {
        var text = ""
        while text.utf8.count < count, let bytes = try await read() {
            text += String(buffer: bytes)
        }
        return text
    }
}

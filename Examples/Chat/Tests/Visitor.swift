import Logging
import MartletTransport
import NIOCore
import Testing

@testable import Chat

/// A server with a room, on a port of its own, while `body` runs.
func withRoom(
    _ limits: ChatServer.Limits = ChatServer.Limits(),
    _ body: (Int) async throws -> Void
) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let server = ChatServer(limits).tcpServer(on: .tcp("127.0.0.1", port: 0), logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        try await body(server.boundAddresses().first?.port ?? 0)
        group.cancelAll()
    }
}

/// Somebody who visits the room.
struct Visitor {
    private let stream: TCPStream
    private let reader: BufferedReader<TCPStream>

    /// Calls `body` with somebody who has entered and been greeted.
    static func visit(
        _ port: Int,
        as name: String? = nil,
        _ body: (Visitor) async throws -> Void
    ) async throws {
        try await TCPClient().withConnection(to: "127.0.0.1", port: port) { stream in
            let visitor = Visitor(stream: stream, reader: BufferedReader(stream))
            if let name {
                let greeting = try await visitor.line()
                #expect(greeting?.hasSuffix("is here; /help says what to do") == true)
                try await visitor.say("/nick \(name)")
                let renamed = try await visitor.line()
                #expect(renamed?.hasSuffix("is now \(name)") == true)
            }
            try await body(visitor)
        }
    }

    /// The next line; nil when the server has closed.
    func line() async throws -> String? {
        try await reader.readLine().map { String(buffer: $0) }
    }

    func say(_ text: String) async throws {
        try await stream.write(ByteBuffer(string: text + "\n"))
    }

    /// Says nothing more; the server's lines still come.
    func finish() async throws { try await stream.finishWriting() }

    /// Goes without a word.
    func vanish() { stream.abort() }
}

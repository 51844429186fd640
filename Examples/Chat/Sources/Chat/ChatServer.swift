import Logging
import MartletCore
import MartletTransport
import NIOCore

/// A room that one enters over TCP, with nothing but lines of text.
struct ChatServer: Sendable {
    /// What the server takes.
    struct Limits: Sendable {
        /// The most bytes of a line.
        var lineLength = 1_000
        /// How many lines a member may be behind before they are sent away.
        var queuedLines = 100
        /// How long a member may take from the first byte of a line to its last.
        var lineTime: Duration = .seconds(300)
        /// How long nothing may be said and nothing read.
        var idleTime: Duration = .seconds(3600)
        /// The most members.
        var members = 1_000
    }

    private let limits: Limits
    private let room: Room

    init(_ limits: Limits = Limits()) {
        self.limits = limits
        room = Room(queueLimit: limits.queuedLines)
    }

    /// The server, for whoever runs it.
    func tcpServer(
        on address: BindAddress,
        logger: Logger = Logger(label: "chat")
    ) -> TCPServer {
        var configuration = TCPServer.Configuration(addresses: [address])
        configuration.maximumConnections = limits.members
        configuration.limits.idleTimeout = limits.idleTime
        return TCPServer(configuration, logger: logger, name: "chat") { stream in
            try await serve(stream)
        }
    }

    /// How one of a member's tasks ended.
    private enum Ending: Sendable {
        case nothingMoreToRead
        case everythingWritten
        case dismissed
    }

    /// One member's visit: a task reads what they say, another writes what they get to read, and a
    /// third waits for their dismissal.
    private func serve(_ stream: TCPStream) async throws {
        let member = room.enter()
        // However the visit ends.
        defer { room.leave(member) }
        let ending = try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask { try await read(from: stream, as: member) }
            group.addTask { try await write(member.lines, to: stream) }
            group.addTask {
                try await member.waitUntilDismissed()
                return .dismissed
            }
            defer { group.cancelAll() }
            while let ending = try await group.next() {
                // Whoever says nothing more still gets what is on its way.
                if ending != .nothingMoreToRead { return ending }
            }
            return .everythingWritten
        }
        if ending == .dismissed {
            try await stream.write(ByteBuffer(string: "* you read too slowly; come back\n"))
        }
    }

    private func read(from stream: TCPStream, as member: Member) async throws -> Ending {
        let reader = BufferedReader(
            stream,
            maximumBuffered: limits.lineLength,
            completionTimeout: limits.lineTime
        )
        do {
            while let line = try await reader.readLine() {
                let command = Command(String(buffer: line))
                if command == .quit { break }
                room.perform(command, by: member)
            }
        } catch let error as FramingError {
            // Too long, or too long on its way.
            try? member.lines.sendNow("* \(error.message)")
        }
        room.leave(member)
        member.lines.close()
        return .nothingMoreToRead
    }

    private func write(_ lines: BoundedChannel<String>, to stream: TCPStream) async throws -> Ending
    {
        for try await line in lines {
            try await stream.write(ByteBuffer(string: line + "\n"))
        }
        return .everythingWritten
    }
}

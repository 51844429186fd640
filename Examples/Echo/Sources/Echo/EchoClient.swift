import MartletTransport
import NIOCore

/// Sends a text to an echo server, and says what comes back.
struct EchoClient: Sendable {
    /// How often a datagram is sent, because either way may lose it.
    static let attempts = 3

    /// No attempt was answered.
    struct NoAnswer: Error, CustomStringConvertible {
        let description = "Nothing came back."
    }

    let host: String
    let port: Int
    /// How long to wait for the answer to a datagram.
    var patience: Duration = .seconds(1)

    /// Sends a text of any length over a connection.
    ///
    /// Writing and reading go on side by side. One after the other would come to a halt when both
    /// sides have written all that the network holds, and each waits for the other to read.
    func overTCP(_ text: String) async throws -> String {
        try await TCPClient().withConnection(to: host, port: port) { stream in
            async let sent: Void = send(text, on: stream)
            var answer = ByteBuffer()
            for try await bytes in stream.inbound {
                answer.writeImmutableBuffer(bytes)
            }
            try await sent
            return String(buffer: answer)
        }
    }

    private func send(_ text: String, on stream: TCPStream) async throws {
        try await stream.write(ByteBuffer(string: text))
        try await stream.finishWriting()
    }

    /// Sends a text in one datagram, again when no answer comes.
    ///
    /// - Throws: ``NoAnswer``; `UDPError`, also when the text is too long for a datagram.
    func overUDP(_ text: String) async throws -> String {
        let question = ByteBuffer(string: text)
        return try await UDPSocket.withSocket(connectedTo: host, port: port) { socket in
            for _ in 0..<Self.attempts {
                try await socket.send(question)
                if let answer = try await answer(to: question, on: socket) {
                    return String(buffer: answer)
                }
            }
            throw NoAnswer()
        }
    }

    /// Waits for the answer, and ignores what is none, such as a late answer to something else.
    private func answer(to question: ByteBuffer, on socket: UDPSocket) async throws -> ByteBuffer? {
        let deadline = ContinuousClock.now + patience
        do {
            while let datagram = try await socket.receive(until: deadline) {
                if datagram.payload == question { return datagram.payload }
            }
        } catch let error as UDPError where error.code == .receiveTimedOut {
            return nil
        }
        return nil
    }
}

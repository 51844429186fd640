import MartletHTTP
import NIOCore
import Synchronization

/// Turns the frames of a call's answer into lines of JSON, or events, as they are written.
///
/// A line is an object with the message as `result`. When the call fails the last line has the
/// problem as `error`. As events, messages are data, and an event `error` or `end` comes last.
final class TranscodedLines: BodySink {
    private struct State {
        var frames = RPCFrameReader(maximumSize: .max)
        var trailers: Headers?
    }

    private let writer: BodyWriter
    private let isEvents: Bool
    private let state = Mutex(State())

    init(_ writer: BodyWriter, isEvents: Bool) {
        self.writer = writer
        self.isEvents = isEvents
    }

    func write(_ bytes: ByteBuffer) async throws {
        state.withLock { $0.frames.feed(bytes) }
        while let message = try state.withLock({ try $0.frames.next() }) {
            try await writer.write(line(message.content))
        }
    }

    func flush() async throws {
        try await writer.flush()
    }

    func setTrailers(_ trailers: Headers) {
        state.withLock { $0.trailers = trailers }
    }

    /// Writes how the call ended.
    func finish() async throws {
        let trailers = state.withLock { $0.trailers } ?? Headers()
        let code = trailers[RPCFields.status].flatMap { Int($0) } ?? 2
        guard code != 0 else {
            if isEvents { try await writer.write("event: end\ndata: {}\n\n") }
            return
        }
        let text = trailers[RPCFields.message].map { StatusMessage.decode($0) }
        let problem = HTTPError(RPCError(.init(rawValue: code), text ?? "")).problem()
        var bytes = ByteBuffer()
        bytes.writeStaticString(isEvents ? "event: error\ndata: " : "{\"error\":")
        bytes.writeImmutableBuffer(problem)
        bytes.writeStaticString(isEvents ? "\n\n" : "}\n")
        try await writer.write(bytes)
    }

    private func line(_ message: ByteBuffer) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.reserveCapacity(message.readableBytes + 16)
        bytes.writeStaticString(isEvents ? "data: " : "{\"result\":")
        bytes.writeImmutableBuffer(message)
        bytes.writeStaticString(isEvents ? "\n\n" : "}\n")
        return bytes
    }
}

import MartletTransport
import NIOCore

/// Where a streamed request's body goes: its stream, as long as that is open.
final class HTTP2RequestSink: BodySink {
    private let stream: HTTP2ClientStream

    init(_ stream: HTTP2ClientStream) {
        self.stream = stream
    }

    func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        let outcome = await onLoop { stream in
            Result { try stream.connection.write(bytes, on: stream) }
        }
        guard try outcome.get() else { return }
        let stream = stream
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                stream.connection.loop.run { stream.waitUntilSent(continuation) }
            }
        } onCancel: {
            stream.connection.loop.run { stream.resumeWriter(throwing: CancellationError()) }
        }
    }

    func flush() async throws {
        await onLoop { $0.connection.turnEnded() }
    }

    func setTrailers(_ trailers: Headers) {
        stream.connection.loop.run { [stream] in stream.trailers = trailers }
    }

    /// Runs `body` on the connection's loop, inside a turn.
    @discardableResult
    func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (HTTP2ClientStream) -> Value
    ) async -> Value {
        let stream = stream
        let loop = stream.connection.loop
        if loop.isCurrent {
            loop.beginTurn()
            defer { loop.endTurn() }
            return body(stream)
        }
        return await withCheckedContinuation { continuation in
            loop.run { continuation.resume(returning: body(stream)) }
        }
    }
}

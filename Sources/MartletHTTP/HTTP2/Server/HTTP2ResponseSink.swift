import HTTPTypes
import MartletTransport
import NIOCore

/// Where a streamed response's body goes: its stream, as long as that is open.
final class HTTP2ResponseSink: BodySink {
    private let connection: HTTP2ServerConnection
    private let stream: HTTP2ServerStream

    init(_ connection: HTTP2ServerConnection, _ stream: HTTP2ServerStream) {
        self.connection = connection
        self.stream = stream
    }

    func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        let outcome = await onLoop { connection, stream in
            Result { try connection.write(bytes, on: stream) }
        }
        if try outcome.get() { try await drain() }
    }

    func writeNow(_ bytes: ByteBuffer) throws -> BodyWriteOutcome {
        let loop = connection.loop
        guard loop.isCurrent else { return .refused }
        loop.beginTurn()
        defer { loop.endTurn() }
        return try connection.write(bytes, on: stream) ? .waiting : .taken
    }

    func drain() async throws {
        let (connection, stream) = (connection, stream)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                connection.loop.run { stream.waitUntilSent(continuation) }
            }
        } onCancel: {
            connection.loop.run { stream.resumeWriter(throwing: CancellationError()) }
        }
    }

    func flush() async throws {
        await onLoop { connection, _ in connection.turnEnded() }
    }

    func setTrailers(_ trailers: Headers) {
        connection.loop.run { [stream] in stream.trailers = trailers }
    }

    /// Runs `body` on the connection's loop, inside a turn.
    @discardableResult
    func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (HTTP2ServerConnection, HTTP2ServerStream) -> Value
    ) async -> Value {
        let (connection, stream) = (connection, stream)
        let loop = connection.loop
        if loop.isCurrent {
            loop.beginTurn()
            defer { loop.endTurn() }
            return body(connection, stream)
        }
        return await withCheckedContinuation { continuation in
            loop.run { continuation.resume(returning: body(connection, stream)) }
        }
    }
}

extension HTTP2ServerConnection {
    /// Writes one piece of a streamed body.
    ///
    /// - Returns: Whether the writer has to wait until it is sent.
    /// - Throws: When the stream is gone, or the body is longer than it said.
    fileprivate func write(_ bytes: ByteBuffer, on stream: HTTP2ServerStream) throws -> Bool {
        guard streams[stream.id] === stream else { throw ConnectionClosedError() }
        if let left = stream.responseLeft {
            guard bytes.readableBytes <= left else {
                throw HTTPError(
                    .internalServerError,
                    detail: "The response body is longer than its length says."
                )
            }
            stream.responseLeft = left - bytes.readableBytes
        }
        stream.out = bytes
        pump(stream)
        return stream.out.readableBytes > 0
    }

    /// Lets the client send the content that it has announced.
    func sendContinue(_ id: HTTP2StreamID) {
        prepareOutput()
        machine.sendHeaders(id, endsStream: false) { block in
            encoder.encodeStatus(100, into: &block)
        }
        markDirty()
    }
}

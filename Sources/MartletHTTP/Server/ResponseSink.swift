import MartletTransport
import NIOCore

/// Where a streamed response's body goes: its connection, as long as the call is the current one.
final class ResponseSink: BodySink {
    private let connection: ServerConnection
    private let number: UInt64

    init(_ connection: ServerConnection, number: UInt64) {
        self.connection = connection
        self.number = number
    }

    func write(_ bytes: ByteBuffer) async throws {
        let number = number
        let outcome = await onLoop { connection in
            Result {
                guard connection.call.number == number else { throw ConnectionClosedError() }
                try connection.writePiece(bytes)
            }
        }
        try outcome.get()
        try await waitUntilWritable()
    }

    func flush() async throws {
        await onLoop { connection in
            connection.sendOutput()
        }
    }

    func setTrailers(_ trailers: Headers) {
        connection.loop.run { [connection, number] in
            if connection.call.number == number {
                connection.call.trailers = trailers
            }
        }
    }

    /// Runs `body` on the connection's loop, inside a turn.
    @discardableResult
    func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (ServerConnection) -> Value
    ) async -> Value {
        let connection = connection
        let loop = connection.loop
        if loop.isCurrent {
            loop.beginTurn()
            defer { loop.endTurn() }
            return body(connection)
        }
        return await withCheckedContinuation { continuation in
            loop.run { continuation.resume(returning: body(connection)) }
        }
    }

    private func waitUntilWritable() async throws {
        guard await onLoop({ $0.connection.map { !$0.isWritable } ?? false }) else { return }
        let connection = connection
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                connection.loop.run { connection.waitForPeer(continuation) }
            }
        } onCancel: {
            connection.loop.run { connection.cancelWriter() }
        }
    }
}

extension ServerConnection {
    /// Resumes `waiter` when the peer keeps up.
    fileprivate func waitForPeer(_ waiter: CheckedContinuation<Void, any Error>) {
        guard let connection else {
            waiter.resume(throwing: ConnectionClosedError())
            return
        }
        if call.task?.isCancelled == true {
            waiter.resume(throwing: CancellationError())
            return
        }
        sendOutput()
        if connection.isWritable || writeWaiter != nil || isClosed {
            waiter.resume()
        } else {
            writeWaiter = waiter
            watchForStall()
        }
    }

    fileprivate func cancelWriter() {
        guard let waiter = writeWaiter else { return }
        writeWaiter = nil
        waiter.resume(throwing: CancellationError())
    }
}

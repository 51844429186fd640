import MartletTransport
import NIOCore

/// Where a streamed request's body goes.
///
/// That is its connection, as long as the exchange is the current one.
final class RequestSink: BodySink {
    private let connection: ClientConnection
    private let number: UInt64

    init(_ connection: ClientConnection, number: UInt64) {
        self.connection = connection
        self.number = number
    }

    func write(_ bytes: ByteBuffer) async throws {
        let number = number
        let outcome = await onLoop { connection in
            Result { try connection.writePiece(bytes, number: number) }
        }
        try outcome.get()
        guard await onLoop({ $0.connection.map { !$0.isWritable } ?? false }) else { return }
        try await withCheckedThrowingContinuation { continuation in
            connection.loop.run { [connection] in connection.waitForPeer(continuation) }
        }
    }

    func flush() async throws {
        await onLoop { $0.sendOutput() }
    }

    func setTrailers(_ trailers: Headers) {
        connection.loop.run { [connection, number] in
            if connection.exchange.number == number {
                connection.exchange.trailers = trailers
            }
        }
    }

    /// Runs `body` on the connection's loop, inside a turn.
    @discardableResult
    func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (ClientConnection) -> Value
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
}

extension ClientConnection {
    /// Resumes `waiter` when the peer keeps up; throws into it when the connection closes.
    fileprivate func waitForPeer(_ waiter: CheckedContinuation<Void, any Error>) {
        guard let connection, case .exchanging = phase else {
            waiter.resume(throwing: HTTPClientError(.connectionClosed, "The exchange is over."))
            return
        }
        if connection.isWritable || writeWaiter != nil {
            waiter.resume()
        } else {
            writeWaiter = waiter
        }
    }
}

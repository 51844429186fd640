import NIOCore
import Synchronization

/// Turns a body that is written into one that is read: what a connection does between two ends,
/// within a process.
///
/// No more than 64 KiB and one piece lie between the ends: then the writer waits.
final class BodyPipe: BodySink {
    private static let capacity = 64 * 1024

    private struct State {
        var incoming: IncomingBody?
        var hasRoom = true
        var isAbandoned = false
        var waiter: CheckedContinuation<Void, any Error>?
        var trailers: Headers?
        var writer: Task<Void, Never>?
        var failure: (any Error)?
    }
    private let state = Mutex(State())

    /// What the body's own writer threw, unless its reader had gone before.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// Has `body` written from now on, and returns what reads it.
    func start(_ body: Body) -> Body {
        let length = body.length
        let incoming = IncomingBody(limit: Self.capacity, startsPaused: false) { signal in
            self.signalled(signal)
        }
        state.withLock { $0.incoming = incoming }
        // Not a child, because a body is read when the function that made it has returned; it ends
        // with its reader, at the latest.
        let writer = Task.immediate { await self.run(body, incoming) }
        let isAbandoned = state.withLock { state in
            state.writer = writer
            return state.isAbandoned
        }
        if isAbandoned { writer.cancel() }
        return Body(arriving: incoming, length: length)
    }

    private func run(_ body: Body, _ incoming: IncomingBody) async {
        do {
            try await body.write(to: BodyWriter(self))
            incoming.finish(trailers: state.withLock { $0.trailers })
        } catch {
            body.discard()
            state.withLock { if !$0.isAbandoned { $0.failure = error } }
            incoming.fail(error)
        }
        // The reader may live on, and the signal's closure holds this pipe.
        state.withLock { $0.incoming = nil }
    }

    private func signalled(_ signal: IncomingBody.Signal) {
        let (waiter, writer) = state.withLock { state in
            state.hasRoom = true
            if case .abandoned = signal { state.isAbandoned = true }
            return (state.waiter.take(), state.isAbandoned ? state.writer : nil)
        }
        waiter?.resume()
        writer?.cancel()
    }

    // MARK: BodySink

    func write(_ bytes: ByteBuffer) async throws {
        let incoming = state.withLock { state in
            // Before the push, whose signal may come before it returns.
            state.hasRoom = false
            return state.isAbandoned ? nil : state.incoming
        }
        guard let incoming else { throw ConnectionClosedError() }
        if incoming.push(bytes) {
            state.withLock { $0.hasRoom = true }
            return
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let goesOn = state.withLock { state in
                    if !state.hasRoom, !Task.isCancelled { state.waiter = waiter }
                    return state.hasRoom || Task.isCancelled
                }
                if goesOn { waiter.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume(throwing: CancellationError())
        }
    }

    func flush() async throws {}

    func setTrailers(_ trailers: Headers) {
        state.withLock { $0.trailers = trailers }
    }
}

package import NIOCore
import Synchronization

/// Who reads a connection on behalf of an ``IncomingBody``.
///
/// Called on the connection's loop.
protocol IncomingBodyOwner: AnyObject {
    /// The reader has caught up: read on.
    func bodyWantsMore(_ body: IncomingBody)
    /// Nobody will read on.
    func bodyWasAbandoned(_ body: IncomingBody)
}

/// A body that arrives while it is read: a bounded queue between a connection and a reader.
///
/// The connection pushes on its loop; the reader may be on any thread, though it mostly is on the
/// same. When more than `limit` bytes wait, the connection stops reading its socket until the
/// reader has taken half of them.
package final class IncomingBody: Sendable {
    // Sound because whoever resumes one has taken it out of the state under its lock.
    fileprivate typealias Waiter = UnsafeContinuation<ByteBuffer?, any Error>

    fileprivate enum Phase {
        case open
        case ended
        case failed(any Error)
    }

    fileprivate struct State {
        var pieces = CircularBuffer<ByteBuffer>()
        var count = 0
        var phase = Phase.open
        var waiter: Waiter?
        var trailers: Headers?
        /// Whether the connection waits to be told to read on.
        var isOwnerWaiting: Bool
    }

    private let limit: Int
    private let state: Mutex<State>
    private let signal: @Sendable (Signal) -> Void

    /// What the reader tells the connection.
    enum Signal: Sendable {
        case wantsMore
        case abandoned
    }

    /// Makes a body that is still to arrive.
    ///
    /// - Parameters:
    ///   - limit: The bytes that may wait.
    ///   - startsPaused: Whether the connection reads only once the reader has asked.
    ///   - signal: Tells the connection; called on any thread.
    init(limit: Int, startsPaused: Bool, signal: @escaping @Sendable (Signal) -> Void) {
        self.limit = limit
        self.signal = signal
        state = Mutex(State(isOwnerWaiting: startsPaused))
    }

    // MARK: The connection's side

    /// Adds a piece.
    ///
    /// - Returns: Whether there is room for more; if not, the signal will come.
    func push(_ piece: ByteBuffer) -> Bool {
        let (waiter, hasRoom) = state.withLock { state in
            guard case .open = state.phase else {
                return (nil as Waiter?, true)
            }
            if let waiter = state.waiter {
                state.waiter = nil
                return (waiter, true)
            }
            state.add(piece)
            state.isOwnerWaiting = state.count >= limit
            return (nil, !state.isOwnerWaiting)
        }
        waiter?.resume(returning: piece)
        return hasRoom
    }

    /// Ends the body.
    func finish(trailers: Headers?) {
        let waiter = state.withLock { state in
            guard case .open = state.phase else {
                return nil as Waiter?
            }
            state.phase = .ended
            state.trailers = trailers
            return state.takeWaiter()
        }
        waiter?.resume(returning: nil)
    }

    /// Breaks the body off; what waits is still read.
    func fail(_ error: any Error) {
        let waiter = state.withLock { state in
            guard case .open = state.phase else {
                return nil as Waiter?
            }
            state.phase = .failed(error)
            return state.takeWaiter()
        }
        waiter?.resume(throwing: error)
    }

    // MARK: The reader's side

    package var trailers: Headers? { state.withLock { $0.trailers } }

    package func next() async throws -> ByteBuffer? {
        switch takeReady() {
        case .piece(let piece, let wantsMore):
            if wantsMore { signal(.wantsMore) }
            return piece
        case .end:
            return nil
        case .failure(let error):
            throw error
        case .wait(let wantsMore):
            if wantsMore { signal(.wantsMore) }
            return try await withTaskCancellationHandler {
                // Sound: `wait` resumes it, or leaves it to who takes it out of the state.
                try await withUnsafeThrowingContinuation { wait($0) }
            } onCancel: {
                let waiter = state.withLock { $0.takeWaiter() }
                waiter?.resume(throwing: CancellationError())
            }
        }
    }

    /// The next piece, when it is here; nil when it is not, or at the end.
    func nextNow() throws -> ByteBuffer? {
        switch takeReady() {
        case .piece(let piece, let wantsMore):
            if wantsMore { signal(.wantsMore) }
            return piece
        case .failure(let error):
            throw error
        case .wait(let wantsMore):
            if wantsMore { signal(.wantsMore) }
            return nil
        case .end:
            return nil
        }
    }

    package func cancel() {
        let (waiter, wasOpen) = state.withLock { state in
            guard case .open = state.phase else {
                return (nil as Waiter?, false)
            }
            state.phase = .failed(CancellationError())
            state.pieces.removeAll()
            state.count = 0
            return (state.takeWaiter(), true)
        }
        waiter?.resume(throwing: CancellationError())
        if wasOpen { signal(.abandoned) }
    }

    private enum Ready {
        case piece(ByteBuffer, wantsMore: Bool)
        case end
        case failure(any Error)
        case wait(wantsMore: Bool)
    }

    private func takeReady() -> Ready {
        state.withLock { state in
            if let piece = state.pieces.popFirst() {
                state.count -= piece.readableBytes
                return .piece(piece, wantsMore: state.takeDemand(below: limit / 2))
            }
            switch state.phase {
            case .open: return .wait(wantsMore: state.takeDemand(below: limit))
            case .ended: return .end
            case .failed(let error): return .failure(error)
            }
        }
    }

    /// Resumes the reader with the next piece, now or when it comes.
    private func wait(_ continuation: Waiter) {
        let result: Result<ByteBuffer?, any Error>? = state.withLock { state in
            precondition(state.waiter == nil, "A body has one reader.")
            if let piece = state.pieces.popFirst() {
                state.count -= piece.readableBytes
                return .success(piece)
            }
            switch state.phase {
            case .ended: return .success(nil)
            case .failed(let error): return .failure(error)
            case .open:
                if Task.isCancelled { return .failure(CancellationError()) }
                state.waiter = continuation
                return nil
            }
        }
        if let result { continuation.resume(with: result) }
    }
}

extension IncomingBody.State {
    /// Queues a piece; joins small ones, so that a peer who sends single bytes cannot make the
    /// queue's bookkeeping larger than its content.
    fileprivate mutating func add(_ piece: ByteBuffer) {
        count += piece.readableBytes
        if var last = pieces.last, piece.readableBytes < 1024, last.readableBytes < 8192 {
            pieces[pieces.index(before: pieces.endIndex)] = ByteBuffer()
            last.writeImmutableBuffer(piece)
            pieces[pieces.index(before: pieces.endIndex)] = last
        } else {
            pieces.append(piece)
        }
    }

    fileprivate mutating func takeWaiter() -> IncomingBody.Waiter? {
        defer { waiter = nil }
        return waiter
    }

    /// Whether the connection waits and fewer than `threshold` bytes are here; says so once.
    fileprivate mutating func takeDemand(below threshold: Int) -> Bool {
        guard isOwnerWaiting, count < threshold, case .open = phase else { return false }
        isOwnerWaiting = false
        return true
    }
}

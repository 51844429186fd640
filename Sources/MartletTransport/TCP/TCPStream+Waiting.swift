import NIOCore

// MARK: - Tasks that wait

/// What stands for a task that waits and is not the stream's root task.
// Sound because it is touched on the stream's loop only.
final class StreamWait: @unchecked Sendable {
    var isCancelled = false
}

extension TCPStream {
    /// A task that waits for bytes.
    struct Reader {
        // Unsafe continuations allocate nothing. Sound because a reader is resumed where it is
        // taken out of the stream, which happens once.
        let continuation: UnsafeContinuation<ByteBuffer?, any Error>
        /// Nil for the root task.
        let wait: StreamWait?
    }

    /// A task that waits for the peer to take bytes.
    struct Writer {
        // Sound for the same reason as a reader's.
        let continuation: UnsafeContinuation<Void, any Error>
        /// Nil for the root task.
        let wait: StreamWait?
    }

    /// Whether the running task is the one whose cancellation the stream hears of anyway.
    ///
    /// Asking costs a few instructions; a cancellation handler for every read costs a lock.
    @inline(__always)
    var isInRootTask: Bool {
        // Not the loop's word for it: it knows which task it resumed, but not which task that one
        // has begun since, in the same job.
        rootTask != 0 && Self.currentTask == rootTask
    }

    static var currentTask: UInt {
        withUnsafeCurrentTask { task in
            // Sound because only the address of a task that lives is kept, to be compared.
            task.map { unsafeBitCast($0, to: UInt.self) } ?? 0
        }
    }

    /// Runs `body`, whose reads and writes need no cancellation handler of their own as long as
    /// they are its task's.
    func withRootTask<Value>(
        _ body: (TCPStream) async throws -> Value
    ) async throws -> Value {
        guard loop.isCurrent, rootTask == 0 else { return try await body(self) }
        beginRootTask()
        defer { if loop.isCurrent { rootTask = 0 } }
        return try await withTaskCancellationHandler {
            try await body(self)
        } onCancel: {
            loop.run { self.rootWasCancelled() }
        }
    }

    /// Makes the running task the one whose cancellation the stream hears of.
    func beginRootTask() {
        rootTask = Self.currentTask
        isRootCancelled = false
    }

    /// Cancels the task of a server's handler, and ends its waiting.
    func cancelHandler() {
        guard let task else { return }
        task.cancel()
        rootWasCancelled()
    }

    private func rootWasCancelled() {
        isRootCancelled = true
        endWaits { $0 == nil }
    }

    private func wasCancelled(_ wait: StreamWait) {
        wait.isCancelled = true
        endWaits { $0 === wait }
    }

    private func endWaits(where isMeant: (StreamWait?) -> Bool) {
        if let reader, isMeant(reader.wait) {
            takeReader()?.continuation.resume(throwing: CancellationError())
        }
        for index in writers.indices.reversed() where isMeant(writers[index].wait) {
            writers.remove(at: index).continuation.resume(throwing: CancellationError())
        }
    }

    func isCancelled(_ wait: StreamWait?) -> Bool {
        wait?.isCancelled ?? isRootCancelled
    }

    // MARK: From other tasks and threads

    func readFromElsewhere() async throws -> ByteBuffer? {
        try Task.checkCancellation()
        let wait = StreamWait()
        return try await withTaskCancellationHandler {
            // Sound because a reader is resumed exactly once; see `Reader`.
            try await withUnsafeThrowingContinuation { continuation in
                let reader = Reader(continuation: continuation, wait: wait)
                // A closure that crosses threads is allocated.
                if loop.isCurrent { self.wait(reader) } else { loop.run { self.wait(reader) } }
            }
        } onCancel: {
            loop.run { self.wasCancelled(wait) }
        }
    }

    func writeFromElsewhere(_ bytes: ByteBuffer) async throws {
        try await onLoop { try $0.gather(bytes) }
        try await waitUntilWritable()
    }

    func waitUntilWritable() async throws {
        let wait = StreamWait()
        try await withTaskCancellationHandler {
            // Sound because a writer is resumed exactly once; see `Reader`.
            try await withUnsafeThrowingContinuation { continuation in
                let writer = Writer(continuation: continuation, wait: wait)
                if loop.isCurrent { self.wait(writer) } else { loop.run { self.wait(writer) } }
            }
        } onCancel: {
            loop.run { self.wasCancelled(wait) }
        }
    }

    /// Runs `body` on the loop, inside a turn.
    func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (TCPStream) throws -> Value
    ) async throws -> Value {
        if loop.isCurrent {
            loop.beginTurn()
            defer { loop.endTurn() }
            return try body(self)
        }
        return try await withCheckedThrowingContinuation { continuation in
            loop.run { continuation.resume(with: Result { try body(self) }) }
        }
    }
}

import Synchronization

/// A call whose answer has not begun: its messages, once it has.
///
/// A server may wait for messages before it says anything, so that whoever sends some is not to be
/// held up until then. When nobody holds it any more, the call is given up.
final class RPCOpening<Message: Sendable>: Sendable {
    private let task: Task<RPCMessages<Message>, any Error>
    private let known: Known

    private final class Known: Sendable {
        let messages = Mutex<RPCMessages<Message>?>(nil)
    }

    /// Begins a call.
    init(_ open: @escaping @Sendable () async throws -> RPCMessages<Message>) {
        let known = Known()
        self.known = known
        // Not a child, because the answer is read when the function that made the call has
        // returned; it ends with the call, at the latest.
        task = Task.immediate {
            let messages = try await open()
            known.messages.withLock { $0 = messages }
            return messages
        }
    }

    deinit {
        task.cancel()
    }

    /// The messages; nil as long as the answer has not begun.
    var begun: RPCMessages<Message>? { known.messages.withLock { $0 } }

    /// Waits until the answer has begun.
    ///
    /// - Returns: Its messages.
    /// - Throws: ``RPCError``; `CancellationError` when the caller is cancelled, and then the call
    ///   is too.
    func messages() async throws -> RPCMessages<Message> {
        try await withTaskCancellationHandler {
            do {
                return try await task.value
            } catch is CancellationError where !Task.isCancelled {
                throw RPCError(.cancelled, "The call was given up.")
            }
        } onCancel: {
            task.cancel()
        }
    }
}

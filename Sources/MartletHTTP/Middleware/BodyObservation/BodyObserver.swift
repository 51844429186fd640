import Synchronization

/// Counts the bytes of a streamed body and says once how it ended.
///
/// When the body is dropped without having been read to its end, as that of a HEAD request or of
/// a peer that has gone, the end comes when the last reference goes.
package final class BodyObserver: Sendable {
    /// How a body ended: its bytes, and what broke it off.
    package struct End: Sendable {
        /// How many bytes were read.
        package var bytes: Int
        /// What broke the body off; nil when it came to its end or was dropped.
        package var error: (any Error)?
        /// Whether it came to its end.
        package var isComplete: Bool
    }

    private let bytes = Atomic<Int>(0)
    private let hasEnded = Atomic<Bool>(false)
    private let onEnd: @Sendable (End) -> Void

    package init(onEnd: @escaping @Sendable (End) -> Void) {
        self.onEnd = onEnd
    }

    deinit {
        end(error: nil, isComplete: false)
    }

    package func count(_ more: Int) {
        bytes.wrappingAdd(more, ordering: .relaxed)
    }

    package func end(error: (any Error)?, isComplete: Bool) {
        guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
        onEnd(End(bytes: bytes.load(ordering: .relaxed), error: error, isComplete: isComplete))
    }
}

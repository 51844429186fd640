import Synchronization

/// Keeps the last lines of every service and hands new ones to whoever follows.
///
/// Everything in it is bounded: a service keeps its last ``linesPerService`` lines, a follower
/// that does not keep up loses its oldest ones, and there are at most ``maximumFollowers``.
package final class Journal: Sendable {
    /// What a follower is told.
    package enum Entry: Hashable, Sendable {
        /// A line was written.
        case line(JournalLine)
        /// The state of a service has changed; ask for it.
        case statusChanged
    }

    /// How many lines of a service are kept.
    package static let linesPerService = 1_000
    /// How many entries wait for a follower before its oldest are dropped.
    package static let entriesPerFollower = 2_000
    /// How many may follow at a time.
    package static let maximumFollowers = 64

    private struct State {
        var rings: [String: LineRing] = [:]
        var sequence: UInt64 = 0
        var nextFollower = 0
        var followers: [Int: AsyncStream<Entry>.Continuation] = [:]
        var isFinished = false
    }

    private let state = Mutex(State())
    private let display: @Sendable (JournalLine) -> Void

    /// Makes a journal.
    ///
    /// - Parameter display: Called with every line, in order; must not block.
    package init(display: @escaping @Sendable (JournalLine) -> Void = { _ in }) {
        self.display = display
    }

    /// Writes a line.
    package func write(_ text: String, of service: String, from origin: JournalLine.Origin) {
        let time = JournalLine.wallClock()
        state.withLock { state in
            state.sequence += 1
            let line = JournalLine(
                sequence: state.sequence,
                time: time,
                service: service,
                origin: origin,
                text: text
            )
            state.rings[service, default: LineRing(capacity: Self.linesPerService)].append(line)
            display(line)
            for follower in state.followers.values { follower.yield(.line(line)) }
        }
    }

    /// Tells every follower that the state of a service has changed.
    package func announceStatus() {
        state.withLock { state in
            for follower in state.followers.values { follower.yield(.statusChanged) }
        }
    }

    /// The kept lines of all services, oldest first.
    ///
    /// - Parameter sequence: Only lines after this one.
    /// - Returns: The lines.
    package func lines(after sequence: UInt64 = 0) -> [JournalLine] {
        let all = state.withLock { state in state.rings.values.flatMap(\.all) }
        return all.filter { $0.sequence > sequence }.sorted { $0.sequence < $1.sequence }
    }

    /// How many follow.
    package var followerCount: Int { state.withLock { $0.followers.count } }

    /// What happens from now on; nil when too many follow already.
    package func follow() -> AsyncStream<Entry>? {
        state.withLock { state in
            guard state.followers.count < Self.maximumFollowers else { return nil }
            let (stream, continuation) = AsyncStream.makeStream(
                of: Entry.self,
                bufferingPolicy: .bufferingNewest(Self.entriesPerFollower)
            )
            if state.isFinished {
                continuation.finish()
                return stream
            }
            let number = state.nextFollower
            state.nextFollower += 1
            state.followers[number] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { $0.followers[number] = nil }
            }
            return stream
        }
    }

    /// Ends every follower's stream, now and in future.
    package func finish() {
        let followers = state.withLock { state in
            state.isFinished = true
            return Array(state.followers.values)
        }
        for follower in followers { follower.finish() }
    }
}

import NIOCore
package import NIOPosix
import Synchronization

/// The event loops of a process: one a core.
///
/// A connection belongs to one loop for life, and so does everything that its requests do.
/// Servers and clients that share their loops never change thread between a request and the calls
/// made for it.
public final class EventLoops: Sendable {
    /// The loops that everything uses unless it is told otherwise; they live as long as it does.
    public static let shared = EventLoops()

    /// The loops, in the order in which connections are given to them.
    package let loops: [Loop]
    package let group: MultiThreadedEventLoopGroup
    private let watchdog: Watchdog
    private let nextIndex = Atomic<Int>(0)

    /// Starts `count` event loops, each on a thread of its own.
    ///
    /// - Parameters:
    ///   - count: How many; one for each core that the process may use when nil.
    ///   - watchdog: When and how to report a loop that is held up.
    public init(count: Int? = nil, watchdog: WatchdogConfiguration = WatchdogConfiguration()) {
        let count = max(1, count ?? System.coreCount)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        self.group = group
        self.loops = group.makeIterator().enumerated().map { Loop(eventLoop: $1, index: $0) }
        self.watchdog = Watchdog(loops: loops, configuration: watchdog)
        self.watchdog.start()
    }

    /// When and how a loop that is held up is reported; a change counts from the next look on.
    ///
    /// That of ``shared`` is the whole process's.
    public var watchdogConfiguration: WatchdogConfiguration {
        get { watchdog.configuration }
        set { watchdog.configuration = newValue }
    }

    /// The loop that the calling thread runs, when it is one of these.
    package var current: Loop? {
        guard let loop = Loop.current, loops.contains(where: { $0 === loop }) else { return nil }
        return loop
    }

    /// The calling thread's loop, else the next one in turn.
    package func any() -> Loop {
        if let current { return current }
        let index = nextIndex.wrappingAdd(1, ordering: .relaxed).newValue
        return loops[Int(index.magnitude % UInt(loops.count))]
    }

    /// Stops the loops; every connection on them is closed.
    ///
    /// Tasks that still run continue on Swift's global executor, so that none is left hanging.
    public func shutdown() async throws {
        watchdog.stop()
        for loop in loops {
            loop.retire()
        }
        try await group.shutdownGracefully()
        for loop in loops {
            loop.releaseStrandedJobs()
        }
    }
}

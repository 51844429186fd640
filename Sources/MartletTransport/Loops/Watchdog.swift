public import Logging
import MartletCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// When and how a loop that is held up is reported.
public struct WatchdogConfiguration: Sendable {
    /// How long one piece of work may hold a loop before it is reported; 50 ms by default.
    ///
    /// Real time, not processor time: on a machine that is busy with something else, work may hold
    /// a loop that never ran. What holds it for up to a tenth longer may go unseen.
    public var threshold: Duration

    /// What to do with a report; nil logs a warning with `logger`.
    ///
    /// Called on the watchdog's thread.
    public var report: (@Sendable (LoopHeldReport) -> Void)?

    /// Where warnings go.
    public var logger: Logger

    /// Makes a configuration.
    public init(
        threshold: Duration = .milliseconds(50),
        logger: Logger = Logger(label: "martlet.watchdog"),
        report: (@Sendable (LoopHeldReport) -> Void)? = nil
    ) {
        self.threshold = threshold
        self.logger = logger
        self.report = report
    }
}

/// A loop that one piece of work holds.
public struct LoopHeldReport: Hashable, Sendable {
    /// Which loop, from 0.
    public let loop: Int
    /// What holds it: the route, such as `GET /users/{id}`.
    public let work: String
    /// For how long at least when the report was made.
    public let atLeast: Duration
}

/// Looks at every loop ten times within the threshold and reports one that still runs the same
/// piece of work, once, while it is being held.
final class Watchdog: Sendable {
    private let loops: [Loop]
    private let current: Mutex<WatchdogConfiguration>
    private let isStopped = Atomic<Bool>(false)

    init(loops: [Loop], configuration: WatchdogConfiguration) {
        self.loops = loops
        current = Mutex(configuration)
    }

    /// When and how to report, from the next look on.
    var configuration: WatchdogConfiguration {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// Starts the thread that looks; it ends soon after ``stop()``.
    func start() {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self).toOpaque()
        let result = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                // Sound because `start` retained the watchdog for exactly this thread.
                Unmanaged<Watchdog>.fromOpaque(argument).takeRetainedValue().watch()
                return nil
            },
            argument
        )
        guard result == 0 else {
            configuration.logger.error("The watchdog's thread could not start: errno \(result)")
            Unmanaged<Watchdog>.fromOpaque(argument).release()
            return
        }
        pthread_detach(thread)
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
    }

    private func watch() {
        var looks = loops.map { _ in Look() }
        while !isStopped.load(ordering: .acquiring) {
            usleep(Self.interval(configuration.threshold))
            let configuration = configuration
            for index in loops.indices {
                look(at: loops[index], &looks[index], configuration)
            }
        }
    }

    /// The microseconds between two looks: a second at most, so that a change is soon seen.
    private static func interval(_ threshold: Duration) -> UInt32 {
        let parts = min(threshold, .seconds(10)).components
        let nanoseconds = parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
        return UInt32(clamping: max(1000, nanoseconds / 10 / 1000))
    }

    /// What the last look saw.
    private struct Look {
        var sequence: UInt64 = 0
        var firstSeen = ContinuousClock.now
        var isReported = false
    }

    private func look(
        at loop: Loop,
        _ last: inout Look,
        _ configuration: WatchdogConfiguration
    ) {
        guard let snapshot = loop.activity.snapshot() else {
            last.sequence = 0
            return
        }
        guard snapshot.sequence == last.sequence else {
            last = Look(sequence: snapshot.sequence)
            return
        }
        let held = ContinuousClock.now - last.firstSeen
        guard !last.isReported, held >= configuration.threshold else { return }
        last.isReported = true
        let report = LoopHeldReport(loop: loop.index, work: snapshot.label.name, atLeast: held)
        if let sink = configuration.report {
            sink(report)
        } else {
            configuration.logger.warning(
                "An event loop is held up; move the work off it with offLoop.",
                metadata: [
                    "loop": "\(report.loop)", "work": "\(report.work)", "held": "\(report.atLeast)",
                ]
            )
        }
    }
}

import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A loop's coarse timers: everything that has a time-out registers once, says in ticks when it is
/// due, and is looked at every tick.
///
/// Setting, moving or clearing a time-out is one store, which is why every request can have
/// several. A tick over 15,000 idle connections reads 15,000 integers. Nothing ticks while nothing
/// is registered.
package struct TickTimers {
    /// A point in a loop's time, or a number of ticks: 32 bits last 13 years, and every connection
    /// has room for several.
    package typealias Tick = UInt32

    /// How long a tick is: time-outs are late by up to two of them, never early.
    package static let tick: Duration = .milliseconds(100)
    /// What a time-out that is not set is.
    package static let never = Tick.max

    /// The ticks since the loop began; stands still while nothing is registered.
    package fileprivate(set) var now: Tick = 0
    fileprivate var members: [any Timed] = []
    fileprivate var task: RepeatedTask?
    fileprivate var wallClockSeconds: Int64 = 0
    /// When the last tick was.
    fileprivate var instant = ContinuousClock.now

    /// How many are registered.
    package var count: Int { members.count }

    /// The tick at which something due after `duration` is due.
    package func tick(after duration: Duration) -> Tick {
        tick(after: Self.ticks(in: duration))
    }

    /// The tick at which something due after so many ticks is due.
    @inline(__always)
    package func tick(after ticks: Tick) -> Tick {
        Self.tick(ticks, after: now)
    }

    /// The tick that is so many ticks after another.
    @inline(__always)
    package static func tick(_ ticks: Tick, after start: Tick) -> Tick {
        let (sum, isTooLate) = start.addingReportingOverflow(ticks)
        return isTooLate ? never : sum
    }

    /// How many ticks a time-out of `duration` lasts.
    ///
    /// Worth computing once for a time-out that is set with every request: it divides by 10^18.
    ///
    /// One of years is none.
    package static func ticks(in duration: Duration) -> Tick {
        let parts = duration.components
        guard parts.seconds < 100_000_000 else { return never }
        let milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        return Tick(max(0, milliseconds) + 99) / 100 + 1
    }
}

/// Something with a time-out on a loop's coarse timers.
package protocol Timed: AnyObject {
    /// When it is due, or ``TickTimers/never``.
    var dueTick: TickTimers.Tick { get }
    /// Where the loop keeps it; written by the loop only.
    var timerIndex: Int { get set }
    /// Called at the first tick at or after `dueTick`; sets a later `dueTick` or none.
    func timedOut()
}

extension Loop {
    /// Registers something with a time-out until ``removeTimed(_:)``.
    package func addTimed(_ member: any Timed) {
        assertCurrent()
        member.timerIndex = timers.members.count
        timers.members.append(member)
        if timers.task == nil {
            timers.wallClockSeconds = Int64(time(nil))
            timers.instant = ContinuousClock.now
            timers.task = eventLoop.scheduleRepeatedTask(
                initialDelay: .milliseconds(100),
                delay: .milliseconds(100)
            ) { _ in
                // Not weakly: a weak reference makes every retain of the loop a slow one. The task
                // is cancelled when nothing is registered, and the loop goes then.
                self.turn { self.tick() }
            }
        }
    }

    /// Forgets it.
    package func removeTimed(_ member: any Timed) {
        assertCurrent()
        let index = member.timerIndex
        guard timers.members.indices.contains(index), timers.members[index] === member else {
            return
        }
        let last = timers.members.removeLast()
        if last !== member {
            timers.members[index] = last
            last.timerIndex = index
        }
        member.timerIndex = -1
        if timers.members.isEmpty {
            timers.task?.cancel()
            timers.task = nil
        }
    }

    /// Calls `body` with everything registered; it may remove what it is called with.
    package func forEachTimed(_ body: (any Timed) -> Void) {
        assertCurrent()
        for member in timers.members {
            body(member)
        }
    }

    /// The seconds since 1970, at most a tick old while something is registered.
    package var wallClockSeconds: Int64 {
        timers.task == nil ? Int64(time(nil)) : timers.wallClockSeconds
    }

    /// The tick at which something due after so many ticks is due.
    ///
    /// Here, because reading ``timers`` from another module copies them.
    package func tick(after ticks: TickTimers.Tick) -> TickTimers.Tick {
        timers.tick(after: ticks)
    }

    /// The tick at which something due after `duration` is due.
    package func tick(after duration: Duration) -> TickTimers.Tick {
        timers.tick(after: duration)
    }

    /// The time, read at the last tick: up to two ticks ago while something is registered.
    package var recentInstant: ContinuousClock.Instant {
        timers.task == nil ? ContinuousClock.now : timers.instant
    }

    /// A tick some time before `deadline`, at which to look again.
    ///
    /// Reads no clock and divides nothing, so that a deadline that is far away costs a request next
    /// to nothing. A unit of 2^57 attoseconds is longer than a tick, so that the tick is early by
    /// a third of what is left; whoever looks again comes closer each time.
    ///
    /// - Returns: The tick; nil when the deadline is less than a second away, and wants a timer.
    package func tick(wellBefore deadline: ContinuousClock.Instant) -> TickTimers.Tick? {
        let left = deadline - recentInstant
        guard left > .seconds(1) else { return nil }
        let ticks = left.attoseconds >> 57
        return timers.tick(after: TickTimers.Tick(clamping: ticks))
    }

    private func tick() {
        timers.now += 1
        timers.wallClockSeconds = Int64(time(nil))
        timers.instant = ContinuousClock.now
        var index = timers.members.count - 1
        // Backwards, so that one that removes itself is replaced by one already looked at.
        while index >= 0 {
            if index < timers.members.count {
                let member = timers.members[index]
                if member.dueTick <= timers.now {
                    member.timedOut()
                }
            }
            index -= 1
        }
    }
}

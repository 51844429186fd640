import MartletCore
import MartletHTTP
import Synchronization

/// The servers of a route, taken in turn.
///
/// One that could not be connected to is left out for ``restAfterConnectFailure``; when all are,
/// they are tried all the same, because one that may be down is better than none.
final class UpstreamGroup: Sendable {
    /// How long a server that could not be connected to is left out: 1 s.
    ///
    /// Long enough that a dead server does not slow down every other request, short enough that
    /// one that was restarted is back at once.
    static let restAfterConnectFailure: Int64 = 1_000_000_000

    let upstreams: [Upstream]
    /// What sends the requests when the route has settings of its own; nil for the gateway's.
    let transport: (any Handler<Request, Response>)?
    private let turn = Atomic<Int>(0)
    private let clock: any MonotonicClock
    private let epoch: ContinuousClock.Instant

    init(
        _ addresses: [UpstreamAddress],
        transport: (any Handler<Request, Response>)? = nil,
        clock: any MonotonicClock
    ) {
        precondition(!addresses.isEmpty, "a route without upstreams goes nowhere")
        upstreams = addresses.map(Upstream.init)
        self.transport = transport
        self.clock = clock
        epoch = clock.now
    }

    /// The index of the upstream whose turn it is.
    func next() -> Int {
        guard upstreams.count > 1 else { return 0 }
        let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        let first = Int(turn.magnitude % UInt(upstreams.count))
        return firstRested(from: first, excluding: 0) ?? first
    }

    /// The index of another upstream, when not all have been tried.
    ///
    /// - Parameters:
    ///   - index: The one that was tried last.
    ///   - tried: The ones that were tried, one bit each.
    /// - Returns: A rested one if there is one, else any that was not tried.
    func next(after index: Int, excluding tried: TriedUpstreams) -> Int? {
        let start = (index + 1) % upstreams.count
        if let rested = firstRested(from: start, excluding: tried) { return rested }
        return (0..<upstreams.count).lazy
            .map { (start + $0) % self.upstreams.count }
            .first { !tried.contains($0) }
    }

    /// Notes that an upstream could not be connected to.
    func connectFailed(_ index: Int) {
        upstreams[index].rest(until: now() + Self.restAfterConnectFailure)
    }

    private func firstRested(from start: Int, excluding tried: TriedUpstreams) -> Int? {
        var index = start
        for _ in 0..<upstreams.count {
            if !tried.contains(index), !upstreams[index].isResting(now: now) { return index }
            index = index + 1 == upstreams.count ? 0 : index + 1
        }
        return nil
    }

    private func now() -> Int64 {
        let (seconds, attoseconds) = (clock.now - epoch).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}

/// Which upstreams of a group a request was sent to, one bit each.
struct TriedUpstreams: ExpressibleByIntegerLiteral {
    private var bits: UInt128

    init(integerLiteral value: UInt128) {
        bits = value
    }

    func contains(_ index: Int) -> Bool { bits & (1 << UInt128(index)) != 0 }

    mutating func insert(_ index: Int) { bits |= 1 << UInt128(index) }
}

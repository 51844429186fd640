public import ServiceContextModule

/// What a call carries from the edge to its last hop, beside the request itself.
///
/// A server makes one for every request; a handler passes it to every client call that it makes
/// for that request, so that deadline, identity and trace go along. It is a value: a middleware
/// that changes it passes its own copy on.
public struct CallContext: Sendable {
    /// When the caller stops waiting, or nil when it waits for ever.
    ///
    /// A callee never works past it.
    public var deadline: ContinuousClock.Instant?

    /// Who calls, once an authentication middleware has said so.
    public var identity: Identity?

    /// The trace and its baggage, as swift-distributed-tracing keeps them.
    public var trace: ServiceContext

    /// The identifier of the request at the edge, passed from hop to hop in `X-Request-ID`.
    public var requestID: String?

    /// Which attempt this is: 0 for the first, 1 for the first retry.
    public var attempt: Int

    /// How important the call is when something has to be shed.
    public var priority: CallPriority

    /// What the transport offers to whoever sets a deadline, so that no timer is needed for a call
    /// that never suspends.
    ///
    /// Nil for a call that no transport carries, as in a unit test.
    package var scope: (any CallScope)?

    /// When the request arrived at this server, so that the layers of a stack share one reading of
    /// the clock; nil until the transport or the first layer that needs it has set it.
    ///
    /// Layers around a client never read it: there it is the time of the request being served.
    package var arrival: ContinuousClock.Instant?

    /// Makes the context of a new call.
    ///
    /// - Parameters:
    ///   - deadline: When the caller stops waiting.
    ///   - identity: Who calls.
    ///   - trace: The trace to continue.
    public init(
        deadline: ContinuousClock.Instant? = nil,
        identity: Identity? = nil,
        trace: ServiceContext = .topLevel
    ) {
        self.deadline = deadline
        self.identity = identity
        self.trace = trace
        self.requestID = nil
        self.attempt = 0
        self.priority = .normal
        self.scope = nil
        self.arrival = nil
    }

    /// Whether the call was cancelled, whether it runs in a task or is passed on without one.
    package var isCancelled: Bool { Task.isCancelled || scope?.isCancelled ?? false }

    /// Brings the deadline forward to `instant` when it is later or absent; never moves it back.
    public mutating func tightenDeadline(to instant: ContinuousClock.Instant) {
        guard let deadline, deadline <= instant else {
            deadline = instant
            return
        }
    }
}

/// How important a call is when something has to be shed; larger is more important.
public struct CallPriority: RawRepresentable, Hashable, Comparable, Sendable {
    /// The rank: 0 is shed first.
    public let rawValue: UInt8

    /// Makes a priority of any rank.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Work that nobody waits for.
    public static let background = CallPriority(rawValue: 64)
    /// What most calls are.
    public static let normal = CallPriority(rawValue: 128)
    /// Calls that keep a system running, such as health checks.
    public static let critical = CallPriority(rawValue: 192)

    /// Orders by rank.
    public static func < (left: CallPriority, right: CallPriority) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What a transport offers the layers above it for one call.
package protocol CallScope: AnyObject, Sendable {
    /// Cancels the task of the call when `instant` has come and it still runs.
    ///
    /// The earliest of several instants holds. Called on the event loop of the call.
    func cancelCall(at instant: ContinuousClock.Instant)

    /// Lifts the transport's own limits on the size and the pauses of a request's content, for a
    /// call that has others.
    ///
    /// Called on the event loop of the call.
    func liftContentLimits()

    /// Says what the call is, such as its route, for the watchdog to name.
    ///
    /// Called on the event loop of the call.
    func setLabel(_ label: WorkLabel)

    /// What ``setLabel(_:)`` said last.
    ///
    /// Layers around a router learn the route from it, also when the call fails.
    var label: WorkLabel { get }

    /// Whether the call was cancelled: its peer has gone, or its deadline has come.
    ///
    /// Read on the event loop of the call.
    var isCancelled: Bool { get }
}

extension CallScope {
    /// Nothing: this scope has no such limits, or does not lift them.
    package func liftContentLimits() {}

    /// Unknown: this scope does not keep its label.
    package var label: WorkLabel { .unknown }

    /// False: this scope's calls are cancelled by cancelling their task.
    package var isCancelled: Bool { false }
}

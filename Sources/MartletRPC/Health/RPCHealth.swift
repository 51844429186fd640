public import ServiceLifecycle
import Synchronization

/// Says whether a server can serve, and each of its services: `grpc.health.v1.Health`.
///
/// ```swift
/// let health = RPCHealth()
/// methods.register(health)
/// health.set(.serving, for: "example.UserService")
/// ```
///
/// The empty name is the server as a whole, which serves from the beginning. A service has a status
/// once it is given one; until then Check fails with NOT_FOUND and Watch says SERVICE_UNKNOWN.
///
/// Run it in a service group, after the server in the list: it then says first, when the group
/// shuts down gracefully, that nothing serves any more, and ends the calls of Watch, which would
/// otherwise hold the shutdown up for as long as it lets them.
public final class RPCHealth: Service {
    /// What can be said of a service.
    public enum Status: Hashable, Sendable {
        /// It takes calls.
        case serving
        /// It does not, for now.
        case notServing
    }

    /// The most services that List answers with; when there are more, it fails.
    public static let listLimit = 100

    private let state = Mutex(State())

    private struct State {
        var statuses: [String: Status] = ["": .serving]
        var isShutDown = false
        var watchers: [Int: Watcher] = [:]
        var nextID = 0
    }

    private struct Watcher {
        let service: String
        let statuses: AsyncStream<Status?>.Continuation
    }

    /// Makes a health of which the server serves, and no service is known.
    public init() {}

    /// Sets how a service is, and tells those who watch it.
    ///
    /// It has no effect after ``shutDown()``.
    ///
    /// - Parameters:
    ///   - status: How it is.
    ///   - service: Its full name, as in `example.UserService`; the server as a whole without one.
    public func set(_ status: Status, for service: String = "") {
        state.withLock { state in
            guard !state.isShutDown, state.statuses.updateValue(status, forKey: service) != status
            else { return }
            for watcher in state.watchers.values where watcher.service == service {
                watcher.statuses.yield(status)
            }
        }
    }

    /// Says of the server and all its services that they do not serve, for good.
    ///
    /// Whoever watches is told, and then that the call has ended.
    public func shutDown() {
        state.withLock { state in
            state.isShutDown = true
            for service in state.statuses.keys { state.statuses[service] = .notServing }
            for watcher in state.watchers.values {
                if state.statuses[watcher.service] != nil { watcher.statuses.yield(.notServing) }
                watcher.statuses.finish()
            }
            state.watchers.removeAll()
        }
    }

    /// Waits for the graceful shutdown of its service group, and then shuts down.
    public func run() async throws {
        // Cancelled, nobody is left to be told.
        try await gracefulShutdown()
        shutDown()
    }

    /// How a service is; nil when nothing is said of it.
    public func status(of service: String = "") -> Status? {
        state.withLock { $0.statuses[service] }
    }

    /// How all services are, by name.
    var statuses: [String: Status] { state.withLock { $0.statuses } }

    /// How a service is, and the latest whenever that changes; it ends with ``shutDown()``.
    func changes(of service: String) -> AsyncStream<Status?> {
        // Who is slow to read wants to know how it is, not how it was.
        let (stream, statuses) = AsyncStream.makeStream(
            of: Status?.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let id = state.withLock { state -> Int? in
            statuses.yield(state.statuses[service])
            guard !state.isShutDown else {
                statuses.finish()
                return nil
            }
            state.nextID += 1
            state.watchers[state.nextID] = Watcher(service: service, statuses: statuses)
            return state.nextID
        }
        if let id {
            statuses.onTermination = { [weak self] reason in
                guard case .cancelled = reason else { return }
                self?.state.withLock { _ = $0.watchers.removeValue(forKey: id) }
            }
        }
        return stream
    }

    /// How many calls of Watch there are.
    var watcherCount: Int { state.withLock { $0.watchers.count } }
}

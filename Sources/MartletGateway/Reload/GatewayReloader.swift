public import Logging
package import MartletCore
public import ServiceLifecycle
import Synchronization

/// Keeps a gateway's routes as its file says.
///
/// The file is read every second, and a change that stands for two readings is put in force: so an
/// edit in place, a file renamed over it and a symbolic link that is moved all count, and one that
/// is half written does not. ``reload()`` puts it in force at once; `martlet gateway` calls it on
/// SIGHUP. A file that is wrong changes nothing and is logged with its lines, once;
/// ``LiveRoutes/isOutdated`` and the gateway's stats tell until it is right.
///
/// Requests in flight finish on the routes that they began with; no connection is closed. What the
/// server and the client were made with (`listen`, `maximumBodySize`, `timeouts.connect` and
/// `timeouts.idle`) changes with a restart only, which is logged too.
public final class GatewayReloader: Service {
    /// How often the file is read: each second.
    public static let interval = Duration.seconds(1)

    /// The routes, for a ``Gateway``.
    public let routes: LiveRoutes

    private struct State {
        /// The text that was put in force, or refused, last.
        var settled: String
        /// Whether it was put in force.
        var isSettledInForce = true
        /// A text that has been seen once.
        var candidate: String?
        /// What was said last about a file that cannot be read.
        var complaint: String?
    }

    private let read: @Sendable () throws(GatewayConfigurationError) -> String
    private let source: ConfigurationSource
    private let state: Mutex<State>
    private let logger: Logger
    private let clock: any MonotonicClock

    /// Reads the file for the first time.
    ///
    /// - Parameters:
    ///   - file: The path of the configuration.
    ///   - environment: What `${NAME}` in it is looked up in.
    ///   - logger: Where reloads, and what is wrong with the file, are told.
    /// - Throws: ``GatewayConfigurationError`` with everything that is wrong.
    public convenience init(
        file: String,
        environment: [String: String] = [:],
        logger: Logger = Logger(label: "martlet.gateway")
    ) throws(GatewayConfigurationError) {
        let source = ConfigurationSource(file: file, environment: environment)
        let read: @Sendable () throws(GatewayConfigurationError) -> String =
            { () throws(GatewayConfigurationError) in try source.text() }
        try self.init(source, reading: read, logger: logger, clock: ContinuousClock())
    }

    /// Reads the text from anywhere, for tests.
    package convenience init(
        named file: String,
        reading read: @escaping @Sendable () throws(GatewayConfigurationError) -> String,
        logger: Logger,
        clock: any MonotonicClock
    ) throws(GatewayConfigurationError) {
        let source = ConfigurationSource(file: file, environment: [:])
        try self.init(source, reading: read, logger: logger, clock: clock)
    }

    private init(
        _ source: ConfigurationSource,
        reading read: @escaping @Sendable () throws(GatewayConfigurationError) -> String,
        logger: Logger,
        clock: any MonotonicClock
    ) throws(GatewayConfigurationError) {
        let text = try read()
        routes = LiveRoutes(try source.table(text))
        self.source = source
        self.read = read
        self.logger = logger
        self.clock = clock
        state = Mutex(State(settled: text))
    }

    /// Watches the file until the task is cancelled or shut down.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await self.clock.sleep(for: Self.interval)) != nil {
                self.poll()
            }
        }
    }

    /// Reads the file and puts it in force if it has changed and is right.
    ///
    /// - Returns: Whether the routes in force are what the file says now.
    @discardableResult
    public func reload() -> Bool {
        guard let text = readText() else { return false }
        return settle(text)
    }

    /// One reading of the file.
    package func poll() {
        guard let text = readText() else { return }
        let isStable = state.withLock { state in
            guard text != state.settled else {
                state.candidate = nil
                routes.setOutdated(!state.isSettledInForce)
                return false
            }
            guard text == state.candidate else {
                state.candidate = text
                return false
            }
            return true
        }
        if isStable { settle(text) }
    }

    @discardableResult
    private func settle(_ text: String) -> Bool {
        state.withLock { state in
            state.settled = text
            state.candidate = nil
        }
        do {
            let table = try source.table(text)
            warnOfRestart(from: routes.current.configuration, to: table.configuration)
            routes.replace(with: table)
            conclude(isInForce: true)
            logger.notice(
                "The routes were reloaded.",
                metadata: [
                    "file": "\(source.file)", "routes": "\(table.configuration.routes.count)",
                ]
            )
            return true
        } catch {
            conclude(isInForce: false)
            complain(error)
            return false
        }
    }

    private func conclude(isInForce: Bool) {
        state.withLock { $0.isSettledInForce = isInForce }
        routes.setOutdated(!isInForce)
    }

    private func complain(_ error: GatewayConfigurationError) {
        logger.error(
            "The routes were not reloaded; those before stay in force.",
            metadata: ["error": "\(error)"]
        )
    }

    private func readText() -> String? {
        do {
            let text = try read()
            state.withLock { $0.complaint = nil }
            return text
        } catch {
            let complaint = "\(error)"
            let isNew = state.withLock { state in
                defer { state.complaint = complaint }
                return state.complaint != complaint
            }
            routes.setOutdated(true)
            if isNew { complain(error) }
            return nil
        }
    }

    private func warnOfRestart(from old: GatewayConfiguration, to new: GatewayConfiguration) {
        let differs =
            old.listen != new.listen || old.maximumBodySize != new.maximumBodySize
            || old.timeouts.connect != new.timeouts.connect
            || old.timeouts.idle != new.timeouts.idle
        guard differs else { return }
        logger.warning(
            "listen, maximumBodySize, timeouts.connect and timeouts.idle change with a restart."
        )
    }
}

public import Logging
package import MartletCore
public import MartletTransport
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
/// The files of TLS are read every second too, and what changes in them is put in force in the same
/// way, for the connections to come.
///
/// Requests in flight finish on the routes that they began with; no connection is closed. What the
/// server and the client were made with (`listen`, whether there is `tls`, `maximumBodySize`,
/// `timeouts.connect` and `timeouts.idle`) changes with a restart only, which is logged too.
public final class GatewayReloader: Service {
    /// How often the file is read: each second.
    public static let interval = Duration.seconds(1)

    /// The routes, for a ``Gateway``.
    public let routes: LiveRoutes

    /// The TLS of the listener, whose certificate is kept as its files say; nil for none.
    public let tls: ServerTLS?

    /// What the files say.
    private struct Reading: Hashable {
        var text: String
        var files: TLSFiles
    }

    private struct State {
        /// What was put in force, or refused, last.
        var settled: Reading
        /// Whether it was put in force.
        var isSettledInForce = true
        /// What has been read once.
        var candidate: Reading?
        /// The files of TLS that the last text which could be understood names.
        var paths: Set<String>
        /// What was said last about a file that cannot be read.
        var complaint: String?
    }

    private let read: @Sendable () throws(GatewayConfigurationError) -> String
    private let source: ConfigurationSource
    private let state: Mutex<State>
    private let logger: Logger
    private let clock: any MonotonicClock

    /// Reads the files for the first time.
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
        let configuration = try source.configuration(text)
        let files = TLSFiles(reading: configuration.tlsPaths)
        let prepared = try source.prepare(configuration, files)
        do throws(GatewayConfigurationError) {
            tls = try prepared.listener?.make()
        } catch {
            throw source.named(error)
        }
        routes = LiveRoutes(prepared.table)
        self.source = source
        self.read = read
        self.logger = logger
        self.clock = clock
        state = Mutex(
            State(settled: Reading(text: text, files: files), paths: configuration.tlsPaths)
        )
    }

    /// Watches the files until the task is cancelled or shut down.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await self.clock.sleep(for: Self.interval)) != nil {
                self.poll()
            }
        }
    }

    /// Reads the files and puts them in force if they are right.
    ///
    /// - Returns: Whether what is in force is what the files say now.
    @discardableResult
    public func reload() -> Bool {
        guard let reading = readFiles() else { return false }
        return settle(reading)
    }

    /// One reading of the files.
    package func poll() {
        guard let reading = readFiles() else { return }
        let isStable = state.withLock { state in
            guard reading != state.settled else {
                state.candidate = nil
                routes.setOutdated(!state.isSettledInForce)
                return false
            }
            guard reading == state.candidate else {
                state.candidate = reading
                return false
            }
            return true
        }
        if isStable { settle(reading) }
    }

    @discardableResult
    private func settle(_ reading: Reading) -> Bool {
        var reading = reading
        var isInForce = false
        defer {
            state.withLock { [reading, isInForce] state in
                state.settled = reading
                state.candidate = nil
                state.isSettledInForce = isInForce
            }
            routes.setOutdated(!isInForce)
        }
        do throws(GatewayConfigurationError) {
            let configuration = try source.configuration(reading.text)
            let paths = configuration.tlsPaths
            reading.files = TLSFiles(reading: paths)
            state.withLock { $0.paths = paths }
            try putInForce(source.prepare(configuration, reading.files))
            isInForce = true
        } catch {
            complain(error)
        }
        return isInForce
    }

    private func putInForce(
        _ prepared: PreparedConfiguration
    ) throws(GatewayConfigurationError) {
        let configuration = prepared.table.configuration
        if let tls, let listener = prepared.listener {
            do throws(GatewayConfigurationError) {
                try listener.reload(tls)
            } catch {
                throw source.named(error)
            }
        }
        warnOfRestart(from: routes.current.configuration, to: configuration)
        routes.replace(with: prepared.table)
        logger.notice(
            tls == nil ? "The routes were reloaded." : "The routes and certificates were reloaded.",
            metadata: ["file": "\(source.file)", "routes": "\(configuration.routes.count)"]
        )
    }

    private func complain(_ error: GatewayConfigurationError) {
        logger.error(
            "The routes were not reloaded; those before stay in force.",
            metadata: ["error": "\(error)"]
        )
    }

    private func readFiles() -> Reading? {
        do {
            let text = try read()
            let paths = state.withLock { state in
                state.complaint = nil
                return state.paths
            }
            return Reading(text: text, files: TLSFiles(reading: paths))
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
            || old.timeouts.idle != new.timeouts.idle || (tls == nil) != (new.tls == nil)
        guard differs else { return }
        logger.warning(
            """
            listen, maximumBodySize, timeouts.connect, timeouts.idle and whether there is tls \
            change with a restart.
            """
        )
    }
}

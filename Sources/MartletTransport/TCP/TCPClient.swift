public import MartletCore

/// Makes TCP connections.
///
/// A name's addresses are tried as RFC 8305 says (Happy Eyeballs): IPv6 and IPv4 race, and the
/// first that answers wins. What fails for a reason that may pass is tried again after a while, as
/// often and as long as ``Configuration`` allows. With TLS the server's certificate and name are
/// always verified.
///
/// ```swift
/// let client = TCPClient()
/// let answer = try await client.withConnection(to: "127.0.0.1", port: 7007) { stream in
///     try await stream.write(ByteBuffer(string: "ping"))
///     return try await stream.read()
/// }
/// ```
public struct TCPClient: Sendable {
    /// What a client needs to know.
    public struct Configuration: Sendable {
        /// What one connection may take.
        public var limits = TCPLimits()

        /// TLS for every connection; nil for none.
        public var tls: ClientTLS?

        /// How long one attempt to connect may take, over all of a name's addresses; 5 seconds.
        ///
        /// The TLS handshake has ``TCPLimits/handshakeTimeout`` on top.
        public var connectTimeout: Duration = .seconds(5)

        /// How many attempts are made at most; 3.
        public var maximumAttempts = 3

        /// How long all attempts may take together, with the waits between them; 15 seconds.
        public var totalTimeout: Duration = .seconds(15)

        /// How long to wait between two attempts: exponential with full jitter, from at most 100
        /// milliseconds.
        public var backoff = Backoff()

        /// Makes a configuration.
        public init() {}
    }

    private let configuration: Configuration
    private let loops: EventLoops
    private let clock: any MonotonicClock
    private let settings: TCPSettings

    /// Makes a client; it connects to nothing yet.
    ///
    /// - Parameters:
    ///   - configuration: Limits, TLS and how often to try.
    ///   - loops: The event loops to connect on.
    ///   - clock: The clock that the waits between attempts are taken from.
    public init(
        _ configuration: Configuration = Configuration(),
        loops: EventLoops = .shared,
        clock: any MonotonicClock = ContinuousClock()
    ) {
        precondition(configuration.maximumAttempts > 0, "without an attempt there is no connection")
        self.configuration = configuration
        self.loops = loops
        self.clock = clock
        settings = TCPSettings(configuration.limits, lingers: false, inboundEndsOnDrain: false)
    }

    /// Connects, runs `body` with the stream on the stream's event loop, and closes the stream.
    ///
    /// The loop is the one that this is called on, else the next one in turn. When `body` returns,
    /// what it wrote is still sent; when it throws, the connection is reset.
    ///
    /// - Parameters:
    ///   - host: A name or an address.
    ///   - port: The port.
    ///   - body: Uses the stream.
    /// - Returns: What `body` returns.
    /// - Throws: ``TCPError``; `CancellationError`; what `body` throws.
    public func withConnection<Result>(
        to host: String,
        port: Int,
        _ body: (TCPStream) async throws -> Result
    ) async throws -> Result {
        try await withConnection(to: .tcp(host: host, port: port), body)
    }

    /// Connects to a Unix domain socket, runs `body` as ``withConnection(to:port:_:)`` does, and
    /// closes the stream.
    ///
    /// - Parameters:
    ///   - path: The path of the socket.
    ///   - body: Uses the stream.
    /// - Returns: What `body` returns.
    /// - Throws: ``TCPError``; `CancellationError`; what `body` throws.
    public func withConnection<Result>(
        toSocket path: String,
        _ body: (TCPStream) async throws -> Result
    ) async throws -> Result {
        try await withConnection(to: .unix(path: path), body)
    }

    /// Connects and leaves closing to the caller: for pools.
    ///
    /// Where the connection is used in one place, ``withConnection(to:port:_:)`` cannot leak it.
    ///
    /// - Parameters:
    ///   - host: A name or an address.
    ///   - port: The port.
    /// - Returns: A stream to ``TCPStream/close()`` or ``TCPStream/abort()``.
    /// - Throws: ``TCPError``; `CancellationError`.
    public func connect(to host: String, port: Int) async throws -> TCPStream {
        try await connect(to: .tcp(host: host, port: port), on: loops.any())
    }

    private func withConnection<Result>(
        to target: Connector.Target,
        _ body: (TCPStream) async throws -> Result
    ) async throws -> Result {
        let loop = loops.any()
        let stream = try await connect(to: target, on: loop)
        do {
            let result = try await withTaskExecutorPreference(loop) {
                try await stream.withRootTask(body)
            }
            stream.close()
            return result
        } catch {
            stream.abort()
            throw error
        }
    }

    // MARK: Attempts

    private func connect(to target: Connector.Target, on loop: Loop) async throws -> TCPStream {
        let deadline = clock.now.advanced(by: configuration.totalTimeout)
        var attempt = 0
        while true {
            let left = clock.now.duration(to: deadline)
            do {
                return try await Connecting(loop: loop).connect(
                    to: target,
                    settings: settings,
                    tls: configuration.tls,
                    timeout: min(left, configuration.connectTimeout)
                )
            } catch let error as TCPError where Self.mayPass(error) {
                let pause = configuration.backoff.delay(attempt: attempt)
                attempt += 1
                let next = clock.now.advanced(by: pause)
                guard attempt < configuration.maximumAttempts, next < deadline else { throw error }
                try await clock.sleep(until: next, tolerance: nil)
            }
        }
    }

    /// Whether another attempt may go better.
    private static func mayPass(_ error: TCPError) -> Bool {
        error.code == .connectFailed || error.code == .connectTimedOut
    }
}

import HTTPTypes
public import Logging
public import MartletCore
public import MartletHTTP
import NIOCore

/// Keys at a URL: the `jwks_uri` of an issuer, fetched when it is needed, and kept.
///
/// Keys are fetched with the first token, when they are older than the refresh interval, and when a
/// token names a key that is not known, but for that at most once in the cooldown, however many
/// such tokens come. Only one fetch runs at a time. While it runs, and when it fails, the keys that
/// are there go on being used; so an issuer that is down harms nobody but those whose keys are new.
/// There is no task in the background.
public struct RemoteJWKSource: JWKSource {
    /// When keys are fetched, and how much.
    public struct Configuration: Sendable {
        /// How old keys get before they are fetched again; 1 hour by default.
        ///
        /// A key that its issuer has withdrawn is accepted that much longer.
        public var refreshInterval: Duration

        /// The shortest time between two fetches for unknown keys or after a failure; 30 s by
        /// default.
        public var cooldown: Duration

        /// The most time for a fetch; 5 s by default.
        public var timeout: Duration

        /// The most bytes of a set; 256 KiB by default.
        public var maximumSize: Int

        /// Makes a configuration.
        public init(
            refreshInterval: Duration = .seconds(3_600),
            cooldown: Duration = .seconds(30),
            timeout: Duration = .seconds(5),
            maximumSize: Int = 256 << 10
        ) {
            precondition(timeout > .zero, "a timeout is longer than nothing")
            precondition(maximumSize > 0, "a set of keys has at least one byte")
            self.refreshInterval = refreshInterval
            self.cooldown = cooldown
            self.timeout = timeout
            self.maximumSize = maximumSize
        }
    }

    private let cache: KeyCache

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - url: The set's absolute URL; `https` unless it is on this machine.
    ///   - client: What fetches it.
    ///   - configuration: When keys are fetched, and how much.
    ///   - logger: Where failures go.
    ///   - clock: What tells the time.
    public init(
        url: String,
        client: some Handler<Request, Response>,
        configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "martlet.identity.keys"),
        clock: any MonotonicClock = ContinuousClock()
    ) {
        let pace = KeyCache.Pace(
            refreshInterval: configuration.refreshInterval,
            cooldown: configuration.cooldown
        )
        let limit = configuration.maximumSize
        let fetch = ClosureHandler<Request, ByteBuffer> { request, context in
            let response = try await client.handle(request, context: context)
            guard response.status == .ok else {
                response.body.discard()
                throw KeyError("'\(url)' answered \(response.status.code).")
            }
            return try await response.body.collect(upTo: limit)
        }.intercepted(by: Timeout(configuration.timeout, clock: clock))
        cache = KeyCache(pace, clock: clock, logger: logger) {
            let request = Request(
                .get,
                url,
                headers: [.accept: "application/jwk-set+json, application/json"]
            )
            return try await fetch.handle(request, context: CallContext())
        }
    }

    /// The keys.
    public func keys() async throws -> KeySet {
        try await cache.keys()
    }

    /// The keys, fetched again when the last fetch is longer ago than the cooldown.
    public func keys(after known: KeySet) async throws -> KeySet {
        try await cache.keys(after: known)
    }
}

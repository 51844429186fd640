public import Logging

extension AccessLog {
    /// What is logged, and how often.
    public struct Configuration: Sendable {
        /// The share of ordinary requests that are logged, from 0 to 1.
        ///
        /// 1 by default. Server errors (5xx) and slow requests are always logged; client errors
        /// (4xx) are ordinary, because whoever attacks a server chooses their number.
        public var sampleRate: Double

        /// The duration from which a request is slow: logged always, as a warning.
        ///
        /// 1 s by default.
        public var slowThreshold: Duration

        /// The level of ordinary requests; `info` by default.
        ///
        /// Slow ones are `warning`, server errors `error`.
        public var level: Logger.Level

        /// Whether the query is logged beside the path; no by default, for it may carry secrets.
        public var includesQuery: Bool

        /// The names of query parameters whose values are replaced by `redacted` when the query is
        /// logged; compared without case.
        public var redactedParameters: Set<String>

        /// The targets whose ordinary requests are not logged, such as those of health probes; none
        /// by default.
        public var quietTargets: Set<String>

        /// Makes a configuration.
        public init(
            sampleRate: Double = 1,
            slowThreshold: Duration = .seconds(1),
            level: Logger.Level = .info,
            quietTargets: Set<String> = [],
            includesQuery: Bool = false,
            redactedParameters: Set<String> = Self.secretParameters
        ) {
            precondition((0...1).contains(sampleRate), "a sample rate lies between 0 and 1")
            self.sampleRate = sampleRate
            self.slowThreshold = slowThreshold
            self.level = level
            self.quietTargets = quietTargets
            self.includesQuery = includesQuery
            self.redactedParameters = Set(redactedParameters.map { $0.lowercased() })
        }

        /// What usually carries a secret: `access_token`, `api_key`, `code`, `password`, `token`
        /// and the like.
        public static let secretParameters: Set<String> = [
            "access_token", "api_key", "apikey", "auth", "client_secret", "code", "id_token",
            "key", "password", "refresh_token", "secret", "session", "sig", "signature", "state",
            "token",
        ]
    }
}

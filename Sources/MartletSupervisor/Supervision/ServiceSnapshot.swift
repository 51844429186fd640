/// What is known of a service at one moment.
package struct ServiceSnapshot: Hashable, Sendable {
    package var name: String
    package var state: ServiceState
    package var processID: Int32?
    package var port: Int
    package var restarts: Int
    /// When its process started; nil without one.
    package var startedAt: ContinuousClock.Instant?
    package var lastError: String?
    /// How many requests its process says to have served; nil when it does not say.
    package var requests: Int?
    package var dependencies: [String]
    /// Whether its health check is HTTP, so that it can be asked for more over HTTP.
    package var speaksHTTP: Bool
    /// Where a service that speaks HTTP may say how many requests it has served: beside its health
    /// path, under the name `stats`.
    package var statsPath: String?
}

/// How to tell that a service works.
///
/// The numbers are those of Kubernetes' probes but for the start, when a person waits: until a
/// service is healthy for the first time it is asked four times a second.
package struct HealthCheck: Sendable {
    /// What is asked.
    package enum Probe: Sendable {
        /// A GET of this path on the service's port; any status from 200 to 399 is healthy.
        case http(path: String)
        /// A TCP connection to the service's port.
        case tcp
        /// A program that runs in the service's environment; status 0 is healthy.
        case command([Template])
    }

    /// What is asked.
    package var probe: Probe
    /// How long after one answer the next is asked for, once the service has been healthy.
    package var interval = Self.defaultInterval
    /// How long an answer may take.
    package var timeout = Self.defaultTimeout
    /// How many failures in a row make a healthy service unhealthy.
    package var retries = Self.defaultRetries
    /// How long a service may take to become healthy.
    package var startupTimeout = Self.defaultStartupTimeout

    package static let defaultInterval = Duration.seconds(10)
    package static let defaultTimeout = Duration.seconds(1)
    package static let defaultRetries = 3
    package static let defaultStartupTimeout = Duration.seconds(60)
    /// How often a service that starts is asked.
    package static let startupInterval = Duration.milliseconds(250)
}

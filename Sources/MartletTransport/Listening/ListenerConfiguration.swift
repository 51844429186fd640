package import Metrics

/// How connections are accepted.
package struct ListenerConfiguration: Sendable {
    /// Where to listen.
    package var addresses: [BindAddress]
    /// TLS for every connection, or none.
    package var tls: ServerTLS?
    /// The most connections at once.
    package var maximumConnections: Int
    /// The most connections at once from one source; nil for no such limit.
    package var connectionsPerSource: Int?
    /// Where it is counted that connections were refused; the process's metrics when nil.
    package var metrics: (any MetricsFactory)?
    /// How many connections the kernel keeps that have not been accepted.
    package var backlog: Int
    /// The most connections accepted before the loop looks at its other sockets.
    package var acceptBatch: Int
    /// Whether other processes may listen on the same port (`SO_REUSEPORT`).
    package var reusesPort: Bool

    /// How many bytes the first read of a connection takes; later ones adapt to what comes.
    ///
    /// A connection that is idle keeps a buffer of the size of its last read.
    package var firstReadSize: Int

    package init(addresses: [BindAddress]) {
        self.addresses = addresses
        self.tls = nil
        self.maximumConnections = 15_000
        self.backlog = 4096
        self.acceptBatch = 256
        self.reusesPort = false
        self.firstReadSize = 1024
    }
}

/// How the `https` upstreams of a route are known.
public struct UpstreamTLS: Hashable, Sendable {
    /// The path of a file in PEM with the authorities that may sign an upstream's certificate; nil
    /// for the system's.
    public var authorities: String?

    /// The name that an upstream's certificate must be for, and that it is asked for (SNI).
    ///
    /// Nil for the host in the upstream's address. A certificate for the IP address that is
    /// connected to is taken too.
    public var serverName: String?

    /// Whether an upstream must prove who it is: true.
    ///
    /// Without, the connection is encrypted, but anybody on the way can read and change what
    /// passes.
    public var verify: Bool

    /// The line of the file that says so, for messages.
    public var line: Int?

    /// Makes the options.
    public init(authorities: String? = nil, serverName: String? = nil, verify: Bool = true) {
        self.authorities = authorities
        self.serverName = serverName
        self.verify = verify
    }
}

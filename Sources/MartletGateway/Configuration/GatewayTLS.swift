/// The TLS of a gateway's listener: files in PEM, read at the start and again when they change.
public struct GatewayTLS: Hashable, Sendable {
    /// The path of the certificate chain, the gateway's own certificate first.
    public var certificate: String

    /// The path of the private key, which has no passphrase.
    public var key: String

    /// The path of the authorities one of which must have signed the certificate that a client
    /// shows (mutual TLS); nil, the default, to ask clients for none.
    public var clientAuthorities: String?

    /// The line of the file that says so, for messages.
    public var line: Int?

    /// Makes a listener's TLS.
    public init(certificate: String, key: String, clientAuthorities: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
    }
}

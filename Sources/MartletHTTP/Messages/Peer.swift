/// The other end of a connection.
///
/// One is made a connection and shared by its requests.
public final class Peer: Sendable {
    /// The address: an IP address without its port, or `unix` for a Unix domain socket.
    public let address: String

    /// The port; 0 for a Unix domain socket.
    public let port: Int

    /// Whether the connection is encrypted.
    public let isSecure: Bool

    /// The subject names that a verified client certificate carries: DNS names, URIs (such as a
    /// SPIFFE identity), then the common name.
    ///
    /// Empty without a client certificate.
    public let certificateNames: [String]

    /// Makes a peer.
    public init(
        address: String,
        port: Int,
        isSecure: Bool = false,
        certificateNames: [String] = []
    ) {
        self.address = address
        self.port = port
        self.isSecure = isSecure
        self.certificateNames = certificateNames
    }
}

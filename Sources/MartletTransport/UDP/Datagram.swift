public import NIOCore

/// One datagram that arrived.
public struct Datagram: Sendable {
    /// What it carries; may be empty.
    ///
    /// Datagrams that arrived together share memory: copy what is kept for long.
    public var payload: ByteBuffer

    /// Who sent it, and where an answer goes.
    public let peer: NetworkAddress

    /// Whether it was larger than ``UDPLimits/maximumDatagramSize`` and its end is missing.
    public let isTruncated: Bool
}

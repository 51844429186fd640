/// What one UDP socket may take.
public struct UDPLimits: Sendable {
    /// The most that UDP over IPv4 can carry.
    public static let largestDatagramSize = 65_507

    /// The most bytes that a datagram carries; 2,000, which is more than fits into an Ethernet
    /// frame.
    ///
    /// A larger one is refused when it is to be sent, and cut off and marked when it arrives. At
    /// most ``largestDatagramSize``; each socket has room for 32 datagrams of this size.
    public var maximumDatagramSize = 2000

    /// The most datagrams that wait to be received; 1,024.
    ///
    /// What comes beyond is dropped and counted.
    public var inboundQueueSize = 1024

    /// Makes the default limits.
    public init() {}
}

/// What a socket has seen and done since it was opened.
public struct UDPStatistics: Hashable, Sendable {
    /// Datagrams that arrived, dropped ones included.
    public var received = 0
    /// Datagrams that arrived with their end cut off.
    public var truncated = 0
    /// Datagrams that were dropped because ``UDPLimits/inboundQueueSize`` waited already, or
    /// because their sender has no IPv4 or IPv6 address.
    public var dropped = 0
    /// Datagrams that the socket's ``UDPSocket/Admission`` turned away.
    public var refused = 0
    /// Datagrams that the kernel took.
    public var sent = 0
    /// Datagrams that the kernel did not take, such as those to an address that cannot be reached.
    public var sendFailures = 0
}

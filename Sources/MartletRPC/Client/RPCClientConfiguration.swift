/// The limits and choices of a client.
public struct RPCClientConfiguration: Sendable {
    /// The most bytes of a message that arrives, as it is on the wire and decompressed; 4 MiB, as
    /// elsewhere in gRPC.
    ///
    /// A longer one ends its call with RESOURCE_EXHAUSTED.
    public var maximumMessageSize = 4 * 1024 * 1024

    /// How messages are compressed; nil, the default, for not at all.
    ///
    /// Servers are not asked first: one that does not understand it answers UNIMPLEMENTED.
    public var requestCompression: RPCCompression?

    /// The least bytes of a message that is worth compressing; 1 KiB by default.
    public var compressionThreshold = 1024

    /// How long a unary call may take that has no deadline; 15 seconds, and nil for for ever.
    ///
    /// Calls that stream have none by themselves: they are as long as their streams.
    public var timeout: Duration? = .seconds(15)

    /// How long no connection is tried after one could not be made.
    ///
    /// Calls fail at once meanwhile, with UNAVAILABLE, but for those that wait for ready.
    public var connectionBackoff = RPCConnectionBackoff()

    /// How the methods of the service are called: which calls are made again, for one.
    public var service = RPCServiceConfiguration()

    /// Makes the defaults.
    public init() {}
}

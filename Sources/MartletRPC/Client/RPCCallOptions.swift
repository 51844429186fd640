public import MartletCore

/// What a caller says about one call, beside its message.
public struct RPCCallOptions: Sendable {
    /// The call that this one is made for: its deadline, trace and identity go along.
    public var context: CallContext

    /// What is sent along.
    public var metadata: RPCMetadata

    /// How long the whole call may take, its last message included; it can only shorten the
    /// context's deadline.
    ///
    /// Nil for the client's own default, ``RPCClientConfiguration/timeout``.
    public var timeout: Duration?

    /// Whether the call waits while no connection can be made, as long as its deadline allows,
    /// instead of failing with UNAVAILABLE; nil for what the method's policy says.
    public var waitsForReady: Bool?

    /// Makes options.
    public init(
        context: CallContext = CallContext(),
        metadata: RPCMetadata = RPCMetadata(),
        timeout: Duration? = nil,
        waitsForReady: Bool? = nil
    ) {
        self.context = context
        self.metadata = metadata
        self.timeout = timeout
        self.waitsForReady = waitsForReady
    }
}

/// The connection's windows, and how far those of streams go.
struct HTTP2Windows {
    /// How much we may send on the connection.
    var send = HTTP2Settings.defaultWindowSize
    /// How much the peer may send on the connection.
    var receive = HTTP2Settings.defaultWindowSize
    /// How much of the connection was read and not yet given back.
    var credit = 0
    /// The size that the connection's window returns to.
    var connectionSize = HTTP2Settings.defaultWindowSize
    /// The size that a stream's window returns to.
    var streamSize: Int
    /// The window that streams begin with: more than their size while the peer may not know it.
    var streamAllowance: Int

    /// Whether a PING measures how much comes in the time of a round trip.
    var isProbing = false
    /// How much came since that PING.
    var sample = 0

    init(_ limits: HTTP2Limits) {
        streamSize = limits.streamWindowSize
        streamAllowance = max(streamSize, HTTP2Settings.defaultWindowSize)
    }
}

/// How a connection comes to its end.
struct HTTP2Ending {
    /// GOAWAY was sent.
    var isDraining = false
    /// GOAWAY was sent that names the last stream.
    var isFinal = false
    /// Streams above this one are not taken.
    var lastTaken = HTTP2StreamID.last
    /// The last stream that the peer takes.
    var lastOfPeer = HTTP2StreamID.last
    /// The peer sent GOAWAY.
    var hasPeerEnded = false
    /// Whether streams are open that the peer does not take.
    var hasRefused = false
}

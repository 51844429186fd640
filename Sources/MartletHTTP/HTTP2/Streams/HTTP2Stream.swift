import MartletTransport

/// What is kept of a stream that is open: 48 bytes.
///
/// A stream that is idle or closed is not kept (RFC 9113 §5.1); those between are told apart by
/// who has ended.
struct HTTP2Stream {
    /// What else is known of a stream.
    struct Flags: OptionSet {
        let rawValue: UInt8

        /// We have sent END_STREAM: half-closed (local).
        static let endedByUs = Flags(rawValue: 1)
        /// The peer has sent END_STREAM: half-closed (remote).
        static let endedByPeer = Flags(rawValue: 2)
        /// The peer's first HEADERS came.
        static let hasHeaders = Flags(rawValue: 4)
        /// The peer's first DATA came.
        static let hasData = Flags(rawValue: 8)
        /// Data waits for a window.
        static let isBlocked = Flags(rawValue: 16)
        /// It stands in the queue of those to be told.
        static let isQueued = Flags(rawValue: 32)
    }

    /// The stream; a slot of the table that is free has that of the connection.
    var id: HTTP2StreamID
    var flags: Flags = []
    /// How much we may send; less than nothing when the peer took some of it back.
    var sendWindow: Int32
    /// How much the peer may send.
    var receiveWindow: Int32
    /// How much was read and not yet given back.
    var credit: Int32 = 0
    /// How much was sent since it was blocked.
    var progress: Int32 = 0
    /// Since when data waits.
    var blockedSince = TickTimers.never
    /// How much content is still to come; less than nothing when nobody knows.
    var contentLeft: Int64 = -1

    static let free = HTTP2Stream(id: .connection, sendWindow: 0, receiveWindow: 0)

    var isEndedByBoth: Bool { flags.isSuperset(of: [.endedByUs, .endedByPeer]) }
}

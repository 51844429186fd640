/// How the last streams of a connection closed, because it decides what a late frame is
/// (RFC 9113 §5.1).
///
/// Those that closed longer ago are forgotten: their late frames are ignored.
struct HTTP2ClosedStreams {
    /// How a stream closed.
    enum Ending: UInt32 {
        /// Both ends were done: what still comes breaks the protocol.
        case ended
        /// The peer reset it: what still comes is wrong for the stream.
        case resetByPeer
        /// We reset it: the peer may not know yet.
        case resetByUs
        /// Long ago.
        case forgotten
    }

    /// How many are remembered.
    static let capacity = 64

    // The number of a stream is odd: its last bit makes room for the ending.
    private var entries: InlineArray<64, UInt32> = .init(repeating: .max)
    private var next = 0
    /// The highest stream that was forgotten.
    private var forgotten = HTTP2StreamID.connection

    /// Remembers a stream.
    @inline(__always)
    mutating func add(_ id: HTTP2StreamID, _ ending: Ending) {
        let old = entries[next]
        if old != .max {
            forgotten = max(forgotten, HTTP2StreamID(rawValue: (old >> 2) << 1 | 1))
        }
        entries[next] = (id.rawValue >> 1) << 2 | ending.rawValue
        next = (next + 1) % Self.capacity
    }

    /// How a stream closed; nil when it never was open.
    func ending(of id: HTTP2StreamID) -> Ending? {
        for index in 0..<Self.capacity where entries[index] != .max {
            if entries[index] >> 2 == id.rawValue >> 1 {
                return Ending(rawValue: entries[index] & 3)
            }
        }
        return id <= forgotten ? .forgotten : nil
    }
}

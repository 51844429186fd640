import NIOCore

/// A packet of SNTP, without the optional authenticator (RFC 4330 §4).
struct NTPPacket: Equatable, Sendable {
    /// The bytes of a packet.
    static let size = 48

    /// What a packet is.
    enum Mode: UInt8, Sendable {
        case client = 3
        case server = 4
    }

    /// Whether the last minute of the day has 59 or 61 seconds; 3 when the clock is not set.
    var leapIndicator: UInt8 = 0
    var version: UInt8 = 4
    var mode: Mode
    /// How far away the best clock is: 1 for a clock of one's own; 0 for "go away".
    var stratum: UInt8 = 0
    /// How often to ask at most, as a power of two in seconds.
    var poll: Int8 = 0
    /// How fine the clock is, as a power of two in seconds.
    var precision: Int8 = 0
    /// Where a server of stratum 1 has its time from: four letters.
    var referenceIdentifier: UInt32 = 0
    /// When the clock was set.
    var reference = NTPTimestamp.unknown
    /// When the request left the client.
    var originate = NTPTimestamp.unknown
    /// When the request arrived at the server.
    var receive = NTPTimestamp.unknown
    /// When this packet left.
    var transmit = NTPTimestamp.unknown

    /// Makes a packet.
    init(_ mode: Mode) {
        self.mode = mode
    }

    /// Reads a packet.
    ///
    /// Nil for what is too short, of another mode, or of a version that is not known. What follows
    /// the packet, such as an authenticator, is not looked at.
    init?(_ bytes: ByteBuffer) {
        var bytes = bytes
        guard
            let (flags, stratum, poll, precision) = bytes.readMultipleIntegers(
                as: (UInt8, UInt8, Int8, Int8).self
            ),
            let mode = Mode(rawValue: flags & 0b111),
            let (_, _, identifier) = bytes.readMultipleIntegers(as: (UInt32, UInt32, UInt32).self),
            let (reference, originate, receive, transmit) = bytes.readMultipleIntegers(
                as: (UInt64, UInt64, UInt64, UInt64).self
            )
        else { return nil }
        self.mode = mode
        leapIndicator = flags >> 6
        version = (flags >> 3) & 0b111
        self.stratum = stratum
        self.poll = poll
        self.precision = precision
        referenceIdentifier = identifier
        self.reference = NTPTimestamp(bits: reference)
        self.originate = NTPTimestamp(bits: originate)
        self.receive = NTPTimestamp(bits: receive)
        self.transmit = NTPTimestamp(bits: transmit)
        guard (1...4).contains(version) else { return nil }
    }

    /// The packet as it is sent, in network byte order.
    var bytes: ByteBuffer {
        var bytes = ByteBuffer()
        bytes.reserveCapacity(Self.size)
        let flags = leapIndicator << 6 | version << 3 | mode.rawValue
        bytes.writeMultipleIntegers(flags, stratum, poll, precision)
        // How far the best clock is, in time: nothing is known of it here.
        bytes.writeMultipleIntegers(UInt32(0), UInt32(0), referenceIdentifier)
        bytes.writeMultipleIntegers(reference.bits, originate.bits, receive.bits, transmit.bits)
        return bytes
    }
}

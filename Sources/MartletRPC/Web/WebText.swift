import NIOCore

/// Base64 as gRPC-Web has it: in pieces, each of which may be padded (RFC 4648 §4;
/// `PROTOCOL-WEB.md`, "Text-encoded (response) streams").
struct WebText: Sendable {
    /// The characters of a group that is not complete, as their values.
    private var bits: UInt32 = 0
    private var count = 0
    /// How many of the group's characters were padding.
    private var padding = 0

    /// Encodes bytes, with padding.
    static func encode(_ bytes: ByteBuffer) -> ByteBuffer {
        let view = bytes.readableBytesView
        var text = ByteBuffer()
        text.reserveCapacity((view.count + 2) / 3 * 4)
        var index = view.startIndex
        while index < view.endIndex {
            let count = min(3, view.endIndex - index)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < count ? UInt32(view[index + offset]) : 0)
            }
            for position in 0..<4 {
                let value = UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * position) & 63)
                text.writeInteger(position <= count ? character(of: value) : UInt8(ascii: "="))
            }
            index += count
        }
        return text
    }

    /// Decodes what arrived; keeps what is left of a group for the next piece.
    ///
    /// - Throws: ``RPCError`` with INTERNAL for what is not Base64.
    mutating func decode(_ text: ByteBuffer) throws(RPCError) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.reserveCapacity((text.readableBytes + count) / 4 * 3)
        for character in text.readableBytesView {
            if character == UInt8(ascii: "=") {
                padding += 1
                guard count >= 2, padding <= 2 else { throw Self.malformed }
                bits <<= 6
            } else {
                guard padding == 0, let value = Self.value(of: character) else {
                    throw Self.malformed
                }
                bits = bits << 6 | UInt32(value)
            }
            count += 1
            guard count == 4 else { continue }
            for position in 0..<(3 - padding) {
                bytes.writeInteger(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * position)))
            }
            (bits, count, padding) = (0, 0, 0)
        }
        return bytes
    }

    /// Says that nothing more comes.
    ///
    /// - Throws: ``RPCError`` with INTERNAL when it ends within a group.
    func finish() throws(RPCError) {
        guard count == 0 else { throw Self.malformed }
    }

    private static let malformed = RPCError(
        .internal,
        "The content is not Base64 in groups of four characters."
    )

    private static func character(of value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

/// What HTTP's grammars need of ASCII (RFC 5234, RFC 9110 §5.6.2), on raw bytes.
package enum ASCII {
    /// Whether `bytes`, lowercased, equal `lowercase`.
    ///
    /// Both must be of the same length.
    @inline(__always)
    package static func equalsLowercase(
        _ bytes: UnsafeRawBufferPointer,
        lowercase: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        assert(bytes.count == lowercase.count, "the caller compares lengths first")
        for index in 0..<bytes.count where lowercased(bytes[index]) != lowercase[index] {
            return false
        }
        return true
    }

    /// The byte with A–Z made a–z.
    @inline(__always)
    package static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// Whether the byte is 0–9.
    @inline(__always)
    package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Whether the byte may stand in a token: a method or a field name (RFC 9110 §5.6.2).
    @inline(__always)
    package static func isToken(_ byte: UInt8) -> Bool {
        byte < 64
            ? tokenLow & (1 << UInt64(byte)) != 0
            : byte < 128 && tokenHigh & (1 << UInt64(byte & 63)) != 0
    }

    /// Whether the byte may stand in a field name of HTTP/2: a token without A–Z (RFC 9113 §8.2.1).
    @inline(__always)
    package static func isLowercaseToken(_ byte: UInt8) -> Bool {
        isToken(byte) && byte &- 0x41 >= 26
    }

    /// `!#$%&'*+-.0123456789`, one bit a byte.
    private static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    /// `A–Z ^ _ backtick a–z | ~`, one bit a byte from 64.
    private static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE
}

import Crypto

/// The SHA-256 of a secret, compared in a time that does not depend on where two differ.
///
/// Secrets of any length become digests of one length, so that a comparison tells nothing of the
/// length either.
package struct SecretDigest: Sendable {
    private let bytes: [UInt8]

    package init(of secret: some Sequence<UInt8>) {
        var hash = SHA256()
        hash.update(data: Array(secret))
        bytes = Array(hash.finalize())
    }

    /// Takes a digest that was made elsewhere: 64 hexadecimal digits; nil for anything else.
    package init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1])
            else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// Whether both are the same; looks at every byte.
    package func matches(_ other: SecretDigest) -> Bool {
        assert(bytes.count == other.bytes.count, "digests have one length")
        var difference: UInt8 = 0
        for (left, right) in zip(bytes, other.bytes) { difference |= left ^ right }
        return difference == 0
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

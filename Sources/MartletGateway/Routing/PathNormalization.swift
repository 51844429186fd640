import MartletHTTP

/// Brings the path of a request target into the one form that is matched and forwarded.
///
/// Percent-encoded unreserved characters are decoded and the digits of other octets raised (RFC
/// 3986 §6.2.2), slashes that follow one another are merged, and `.` and `..` segments resolved.
/// What servers are known to read in different ways is refused; see ``PathRefusal``. The query
/// stays as it is.
package struct PathNormalization: Sendable {
    /// Whether `%2F` and `%5C` may stand in a path.
    let keepsEncodedSlashes: Bool

    package init(keepsEncodedSlashes: Bool) {
        self.keepsEncodedSlashes = keepsEncodedSlashes
    }

    /// The normal form of `target`: `target` itself when there is nothing to do, which one scan
    /// over its path tells and which allocates nothing.
    ///
    /// - Throws: ``PathRefusal``.
    package func normalized(_ target: String) throws(PathRefusal) -> String {
        let result: Result<[UInt8], PathRefusal>? = target.utf8.withContiguousStorage { bytes in
            guard !isNormal(bytes) else { return nil }
            var normalizer = PathNormalizer(bytes, keepsEncodedSlashes: keepsEncodedSlashes)
            return normalizer.run()
        }
        switch result {
        case nil: return target
        case .success(let bytes): return String(decoding: bytes, as: UTF8.self)
        // The target of a request to the server as a whole (RFC 9112 §3.2.4).
        case .failure(.notPath) where target == "*": return target
        case .failure(let refusal): throw refusal
        }
    }

    /// Whether the path has nothing to change and nothing to refuse.
    @inline(__always)
    private func isNormal(_ target: UnsafeBufferPointer<UInt8>) -> Bool {
        guard target.first == UInt8(ascii: "/") else { return false }
        var index = 0
        while index < target.count {
            switch target[index] {
            case UInt8(ascii: "?"):
                return true
            case UInt8(ascii: "/"):
                if Self.isSpecialSegment(target, at: index + 1) { return false }
            case UInt8(ascii: "%"):
                if !isNormalOctet(target, at: index) { return false }
                index += 2
            case UInt8(ascii: "\\"):
                return false
            default:
                break
            }
            index += 1
        }
        return true
    }

    /// Whether an empty segment (but for the last), or `.` or `..`, begins at `start`.
    @inline(__always)
    private static func isSpecialSegment(
        _ target: UnsafeBufferPointer<UInt8>,
        at start: Int
    ) -> Bool {
        guard start < target.count else { return false }
        switch target[start] {
        case UInt8(ascii: "/"), UInt8(ascii: ";"):
            return true
        case UInt8(ascii: "."):
            var end = start + 1
            if end < target.count, target[end] == UInt8(ascii: ".") { end += 1 }
            guard end < target.count else { return true }
            return target[end] == UInt8(ascii: "/") || target[end] == UInt8(ascii: "?")
                || target[end] == UInt8(ascii: ";")
        default:
            return false
        }
    }

    private func isNormalOctet(_ target: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        guard let octet = PathOctet(target, at: index) else { return false }
        return octet.isUppercase && octet.mayStayEncoded
            && (keepsEncodedSlashes || !octet.isSlash)
    }
}

/// A percent-encoded octet of a path.
struct PathOctet {
    let value: UInt8
    /// Whether its digits have no lower-case letter.
    let isUppercase: Bool

    /// Nil when the `%` at `index` is not followed by two hexadecimal digits.
    init?(_ target: UnsafeBufferPointer<UInt8>, at index: Int) {
        guard
            index + 2 < target.count,
            let high = PercentCoding.hexValue(target[index + 1]),
            let low = PercentCoding.hexValue(target[index + 2])
        else { return nil }
        value = high << 4 | low
        isUppercase = target[index + 1] < 0x60 && target[index + 2] < 0x60
    }

    var isControl: Bool { value < 0x20 || value == 0x7F }

    var isSlash: Bool { value == UInt8(ascii: "/") || value == UInt8(ascii: "\\") }

    var mayStayEncoded: Bool { !isControl && !PercentCoding.isUnreserved(value) }
}

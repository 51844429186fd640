/// The host and the port of a URL or a `Host` field (RFC 3986 §3.2), without user information.
enum Authority {
    /// Whether `bytes` are `uri-host [ ":" port ]`; empty is valid (RFC 9112 §3.2).
    ///
    /// A port is at most 65535 and needs a host before it; what stands in brackets is an IPv6
    /// address or an IPvFuture literal.
    static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "[") {
            guard let close = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let literal = rest[rest.index(after: rest.startIndex)..<close]
            guard isAddressLiteral(literal) else { return false }
            rest = rest[rest.index(after: close)...]
        } else {
            rest = rest.drop { isRegisteredName($0) }
            let name = bytes[bytes.startIndex..<rest.startIndex]
            guard name.isEmpty ? rest.isEmpty : areTriplets(name) else { return false }
        }
        guard let colon = rest.first else { return true }
        return colon == UInt8(ascii: ":") && isPort(rest.dropFirst())
    }

    /// `*DIGIT`, and no more than a port can be.
    private static func isPort(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count <= 5, bytes.allSatisfy(ASCII.isDigit) else { return false }
        return bytes.reduce(0) { $0 * 10 + Int($1 &- 0x30) } <= 65535
    }

    /// `IPv6address / IPvFuture` (RFC 3986 §3.2.2); no zone (RFC 6874), which means nothing to
    /// another machine.
    private static func isAddressLiteral(_ bytes: some Collection<UInt8>) -> Bool {
        if bytes.first == UInt8(ascii: "v") || bytes.first == UInt8(ascii: "V") {
            let version = bytes.dropFirst().prefix { PercentCoding.hexValue($0) != nil }
            let rest = bytes.dropFirst(1 + version.count)
            return !version.isEmpty && rest.first == UInt8(ascii: ".") && rest.count > 1
                && rest.dropFirst().allSatisfy {
                    $0 == UInt8(ascii: ":") || isRegisteredName($0) && $0 != UInt8(ascii: "%")
                }
        }
        guard bytes.contains(UInt8(ascii: ":")), !bytes.contains(UInt8(ascii: "%")) else {
            return false
        }
        return IPAddress(String(decoding: bytes, as: UTF8.self)) != nil
    }

    /// Whether every `%` begins a `pct-encoded`.
    private static func areTriplets(_ bytes: some Collection<UInt8>) -> Bool {
        var rest = bytes[...]
        while let mark = rest.firstIndex(of: UInt8(ascii: "%")) {
            let digits = rest[mark...].dropFirst().prefix(2)
            guard digits.count == 2, digits.allSatisfy({ PercentCoding.hexValue($0) != nil }) else {
                return false
            }
            rest = rest[digits.endIndex...]
        }
        return true
    }

    /// `unreserved / pct-encoded / sub-delims`.
    @inline(__always)
    private static func isRegisteredName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: "!"),
            UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","),
            UInt8(ascii: ";"), UInt8(ascii: "="):
            true
        default:
            false
        }
    }
}

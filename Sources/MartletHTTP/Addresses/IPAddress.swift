/// An IPv4 or IPv6 address, without a port.
///
/// An IPv4 address that is mapped into IPv6 (`::ffff:192.0.2.1`) is the IPv4 address that it maps,
/// so that a dual-stack listener does not make two callers of one.
public struct IPAddress: Hashable, Sendable {
    /// The 128 bits of IPv6, or an IPv4 address in the last 32 bits of `low`.
    package let high: UInt64
    package let low: UInt64

    /// Whether this is an IPv4 address.
    public let isIPv4: Bool

    package init(high: UInt64, low: UInt64) {
        let isMapped = high == 0 && low >> 32 == 0xFFFF
        self.high = high
        self.low = isMapped ? low & 0xFFFF_FFFF : low
        self.isIPv4 = isMapped
    }

    package init(ipv4 bits: UInt32) {
        self.init(high: 0, low: 0xFFFF << 32 | UInt64(bits))
    }

    /// Reads an address as RFC 4291 §2.2 and RFC 6943 §3.1.1 (strict) write it; a zone (`%eth0`)
    /// is ignored.
    ///
    /// Nil for anything else: a name, a port, brackets, an octet with a leading zero.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8.prefix { $0 != UInt8(ascii: "%") }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let address = Self.parseIPv6(bytes) else { return nil }
            self = address
        } else {
            guard
                bytes.count == text.utf8.count,
                let bits = Self.parseIPv4(bytes)
            else { return nil }
            self.init(ipv4: bits)
        }
    }

    /// How many bits an address of this family has.
    public var bitWidth: Int { isIPv4 ? 32 : 128 }

    /// The address with all but its first `length` bits cleared.
    ///
    /// - Parameter length: From 0 to ``bitWidth``.
    /// - Returns: The first address of the network that this address is in.
    public func network(prefixLength length: Int) -> IPAddress {
        precondition((0...bitWidth).contains(length), "a prefix is no longer than its address")
        if isIPv4 {
            let bits = UInt32(truncatingIfNeeded: low)
            return IPAddress(ipv4: length == 0 ? 0 : bits & ~0 << UInt32(32 - length))
        }
        if length <= 64 {
            return IPAddress(high: length == 0 ? 0 : high & ~0 << UInt64(64 - length), low: 0)
        }
        return IPAddress(high: high, low: low & ~0 << UInt64(128 - length))
    }

    private static func parseIPv4<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> UInt32? {
        var address: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var octets = 0
        for byte in bytes {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, octets < 3 else { return nil }
                address = address << 8 | octet
                octets += 1
                octet = 0
                digits = 0
                continue
            }
            // "01" is octal to some readers and decimal to others, so it is neither.
            guard ASCII.isDigit(byte), digits == 0 || octet > 0 else { return nil }
            octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
            digits += 1
            guard octet <= 255 else { return nil }
        }
        guard octets == 3, digits > 0 else { return nil }
        return address << 8 | octet
    }

    private static func parseIPv6<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> IPAddress? {
        var groups = IPv6Groups()
        var rest = bytes[...]
        if rest.starts(with: [0x3A, 0x3A]) {
            groups.markGap()
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let word = rest.prefix { $0 != UInt8(ascii: ":") }
            rest = rest.dropFirst(word.count)
            if word.contains(UInt8(ascii: ".")) {
                guard rest.isEmpty, let bits = parseIPv4(word) else { return nil }
                guard groups.append(UInt16(truncatingIfNeeded: bits >> 16)) else { return nil }
                guard groups.append(UInt16(truncatingIfNeeded: bits)) else { return nil }
                break
            }
            guard let group = hexGroup(word), groups.append(group) else { return nil }
            guard !rest.isEmpty else { break }
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: ":") {
                guard groups.markGap() else { return nil }
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        return groups.address
    }

    private static func hexGroup(_ word: some Collection<UInt8>) -> UInt16? {
        guard (1...4).contains(word.count) else { return nil }
        var group: UInt16 = 0
        for byte in word {
            guard let digit = PercentCoding.hexValue(byte) else { return nil }
            group = group << 4 | UInt16(digit)
        }
        return group
    }
}

/// The eight groups of an IPv6 address while it is read.
private struct IPv6Groups {
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    private var count = 0
    private var gap: Int?

    /// Takes the next group; false when there are eight already.
    mutating func append(_ group: UInt16) -> Bool {
        guard count < 8 else { return false }
        high = high << 16 | low >> 48
        low = low << 16 | UInt64(group)
        count += 1
        return true
    }

    /// Notes the place of `::`; false when it is the second.
    @discardableResult
    mutating func markGap() -> Bool {
        guard gap == nil else { return false }
        gap = count
        return true
    }

    /// The address; nil when groups are missing, or `::` stands for none.
    var address: IPAddress? {
        guard let gap else {
            return count == 8 ? IPAddress(high: high, low: low) : nil
        }
        guard count < 8 else { return nil }
        // What was read lies at the end; the groups before the gap move to the front.
        var groups = [UInt16](repeating: 0, count: 8)
        for index in 0..<count {
            let shift = UInt64((count - 1 - index) * 16)
            let group = shift < 64 ? low >> shift : high >> (shift - 64)
            groups[index < gap ? index : 8 - count + index] = UInt16(truncatingIfNeeded: group)
        }
        let words = groups.map(UInt64.init)
        return IPAddress(
            high: words[0] << 48 | words[1] << 32 | words[2] << 16 | words[3],
            low: words[4] << 48 | words[5] << 32 | words[6] << 16 | words[7]
        )
    }
}

/// A range of IP addresses in CIDR notation (RFC 4632, RFC 4291 §2.3).
public struct AddressRange: Hashable, Sendable {
    /// The first address of the range.
    public let network: IPAddress

    /// How many leading bits all addresses of the range share.
    public let prefixLength: Int

    /// Reads `10.0.0.0/8` or `2001:db8::/32`; a bare address is the range of itself alone.
    ///
    /// Nil for anything else. Bits after the prefix are ignored.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        var length = address.bitWidth
        if parts.count == 2 {
            guard
                parts[1].utf8.allSatisfy(ASCII.isDigit),
                let given = Int(parts[1]),
                given <= address.bitWidth
            else { return nil }
            length = given
        }
        network = address.network(prefixLength: length)
        prefixLength = length
    }

    /// Whether `address` is in the range; an IPv4 address is in no IPv6 range.
    public func contains(_ address: IPAddress) -> Bool {
        address.isIPv4 == network.isIPv4
            && address.network(prefixLength: prefixLength) == network
    }
}

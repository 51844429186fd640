import HTTPTypes

/// The proxies whose word on where a request came from is believed.
///
/// `X-Forwarded-For` is written by whoever sends it, so it says something only when the peer is a
/// proxy of one's own. Nobody is trusted by default.
///
/// ```swift
/// let proxies = TrustedProxies([.loopback, AddressRange("10.0.0.0/8")].compactMap { $0 })
/// let client = proxies.clientAddress(of: request)
/// ```
public struct TrustedProxies: Hashable, Sendable {
    /// The addresses of the proxies.
    public let ranges: [AddressRange]

    /// Whether a peer on a Unix domain socket is trusted.
    public let trustsUnixPeers: Bool

    /// Trusts nobody.
    public static let none = TrustedProxies([])

    /// Makes a list of proxies.
    public init(_ ranges: [AddressRange], trustsUnixPeers: Bool = false) {
        self.ranges = ranges
        self.trustsUnixPeers = trustsUnixPeers
    }

    /// Whether `peer` is one of the proxies.
    public func contains(_ peer: Peer) -> Bool {
        if ranges.isEmpty { return trustsUnixPeers && peer.address == "unix" }
        guard let address = IPAddress(peer.address) else {
            return trustsUnixPeers && peer.address == "unix"
        }
        return contains(address)
    }

    /// Whether `address` is one of the proxies'.
    public func contains(_ address: IPAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// Where the request came from: its peer, or, when that is a trusted proxy, the last address
    /// in `X-Forwarded-For` that is not one.
    ///
    /// The list is read from its end, because only what trusted proxies appended is sure; an entry
    /// that is not an address ends the search at the proxy that wrote it. Nil for a request without
    /// a peer, or from an untrusted peer on a Unix domain socket.
    public func clientAddress(of request: Request) -> IPAddress? {
        guard let peer = request.peer else { return nil }
        let peerAddress = IPAddress(peer.address)
        guard contains(peer), let list = request.headers[.xForwardedFor] else {
            return peerAddress
        }
        var client = peerAddress
        for entry in list.split(separator: ",").reversed() {
            guard let address = Self.address(ofEntry: entry) else { break }
            client = address
            guard contains(address) else { break }
        }
        return client
    }

    /// Reads an entry as proxies write them: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`,
    /// `[2001:db8::1]:4711`.
    private static func address(ofEntry entry: Substring) -> IPAddress? {
        let blanks: Set<Character> = [" ", "\t"]
        let trimmed = entry.drop { blanks.contains($0) }
        let text = trimmed.prefix { !blanks.contains($0) }
        if text.first == "[" {
            return IPAddress(text.dropFirst().prefix { $0 != "]" })
        }
        if let address = IPAddress(text) { return address }
        return IPAddress(text.prefix { $0 != ":" })
    }
}

extension AddressRange {
    /// `127.0.0.0/8`.
    public static var loopback: AddressRange {
        AddressRange(network: IPAddress(ipv4: 0x7F00_0000), prefixLength: 8)
    }

    /// `::1`.
    public static var loopbackIPv6: AddressRange {
        AddressRange(network: IPAddress(high: 0, low: 1), prefixLength: 128)
    }

    private init(network: IPAddress, prefixLength: Int) {
        self.network = network
        self.prefixLength = prefixLength
    }
}

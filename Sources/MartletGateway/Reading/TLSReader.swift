import Yams

/// Reads the TLS of the listener and of upstreams.
struct TLSReader {
    let interpolation: Interpolation
    let problems: ReadingProblems

    static let listenerKeys = ["certificate", "key", "clientAuthorities"]
    static let upstreamKeys = ["authorities", "serverName", "verify"]

    /// The listener's.
    func listener(_ top: YAMLMapping) -> GatewayTLS? {
        guard let map = mapping(in: top, keys: Self.listenerKeys) else { return nil }
        for key in ["certificate", "key"] where map[key] == nil {
            map.refuseMissing(key, "is missing; TLS needs a certificate and its key.")
        }
        var tls = GatewayTLS(
            certificate: path(map, "certificate") ?? "",
            key: path(map, "key") ?? "",
            clientAuthorities: path(map, "clientAuthorities")
        )
        tls.line = map.line
        return tls
    }

    /// That of a route's upstreams, of which some must be asked by `https`.
    func upstream(_ route: YAMLMapping, _ upstreams: [UpstreamAddress]) -> UpstreamTLS? {
        guard let map = mapping(in: route, keys: Self.upstreamKeys) else { return nil }
        if !upstreams.isEmpty, !upstreams.contains(where: { $0.scheme == "https" }) {
            route.refuse("tls", "is of no use, because no upstream begins with https://.")
        }
        var tls = UpstreamTLS(authorities: path(map, "authorities"))
        if let name = map.text("serverName") {
            tls.serverName = name
            if !Self.isServerName(name) {
                map.refuse("serverName", "must be a DNS name, not “\(name)”.")
            }
        }
        if let verify = map.boolean("verify") { tls.verify = verify }
        if !tls.verify, tls.authorities != nil {
            map.refuse("authorities", "cannot stand beside “verify: false”, which asks none.")
        }
        tls.line = map.line
        return tls
    }

    private func mapping(in parent: YAMLMapping, keys: [String]) -> YAMLMapping? {
        guard let node = parent["tls"] else { return nil }
        return YAMLMapping(node, path: parent.keyPath("tls"), keys: keys, problems: problems)
    }

    private func path(_ map: YAMLMapping, _ key: String) -> String? {
        guard let text = map.text(key) else { return nil }
        do throws(Interpolation.Failure) {
            return try interpolation.path(text)
        } catch {
            map.refuse(key, error.message)
            return nil
        }
    }

    /// Whether a server can be asked for by this name, which no address can (RFC 6066 §3).
    private static func isServerName(_ name: String) -> Bool {
        guard let pattern = HostPattern(name), !pattern.isWildcard else { return false }
        let last = name.split(separator: ".").last ?? ""
        return !name.hasPrefix("[") && !last.allSatisfy(\.isNumber)
    }
}

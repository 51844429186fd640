import HTTPTypes
import MartletCore
import MartletHTTP
import Yams

/// Reads one route.
struct RouteReader {
    let interpolation: Interpolation
    let problems: ReadingProblems

    static let keys = [
        "path", "host", "methods", "upstreams", "tls", "stripPrefix", "rewrite", "hostHeader",
        "timeout", "idleTimeout",
    ]

    func read(_ node: Node, path: String) -> GatewayRoute? {
        guard let map = YAMLMapping(node, path: path, keys: Self.keys, problems: problems) else {
            return nil
        }
        var route = GatewayRoute(
            path: readPath(map),
            host: readHost(map),
            methods: readMethods(map),
            upstreams: readUpstreams(map),
            rewrite: readRewrite(map),
            timeout: map.duration("timeout"),
            idleTimeout: map.duration("idleTimeout")
        )
        if let hostHeader = map.choice("hostHeader", GatewayRoute.HostHeader.self) {
            route.hostHeader = hostHeader
        }
        route.tls = TLSReader(interpolation: interpolation, problems: problems)
            .upstream(map, route.upstreams)
        route.line = map.line
        return route
    }

    private func readPath(_ map: YAMLMapping) -> String {
        guard let path = map.text("path") else { return "/" }
        if let reason = PathPrefix.reasonToRefuse(path) { map.refuse("path", reason) }
        return path
    }

    private func readRewrite(_ map: YAMLMapping) -> String? {
        let strips = map.boolean("stripPrefix")
        guard let rewrite = map.text("rewrite") else { return strips == true ? "/" : nil }
        if strips != nil {
            map.refuse("rewrite", "cannot stand beside stripPrefix; “rewrite: /” strips it too.")
        }
        if let reason = PathPrefix.reasonToRefuse(rewrite) { map.refuse("rewrite", reason) }
        return rewrite
    }

    private func readHost(_ map: YAMLMapping) -> HostPattern? {
        guard let text = map.text("host") else { return nil }
        guard let host = HostPattern(text) else {
            map.refuse(
                "host",
                "must be a host name without a port, or one with “*.” before it, not “\(text)”."
            )
            return nil
        }
        return host
    }

    private func readMethods(_ map: YAMLMapping) -> [HTTPRequest.Method] {
        guard let texts = map.texts("methods") else { return [] }
        return texts.compactMap { text, line in
            guard let method = HTTPRequest.Method(text), text == text.uppercased() else {
                map.refuse(
                    "methods",
                    line: line,
                    "“\(text)” is no method; write methods in capitals, as in [GET, POST]."
                )
                return nil
            }
            return method
        }
    }

    private func readUpstreams(_ map: YAMLMapping) -> [UpstreamAddress] {
        guard map["upstreams"] != nil else {
            map.refuseMissing("upstreams", "is missing; where should the requests go?")
            return []
        }
        guard let texts = map.texts("upstreams") else { return [] }
        guard texts.count <= GatewayRoute.maximumUpstreams else {
            let limit = GatewayRoute.maximumUpstreams
            map.refuse("upstreams", "has \(texts.count) entries; \(limit) are allowed.")
            return []
        }
        return texts.compactMap { text, line in
            let expanded: String
            do throws(Interpolation.Failure) {
                expanded = try interpolation.expand(text)
            } catch {
                map.refuse("upstreams", line: line, error.message)
                return nil
            }
            guard let address = UpstreamAddress(expanded) else {
                map.refuse(
                    "upstreams",
                    line: line,
                    "“\(expanded)” is no upstream; write no more than scheme, host and port, as in"
                        + " http://127.0.0.1:8081."
                )
                return nil
            }
            return address
        }
    }
}

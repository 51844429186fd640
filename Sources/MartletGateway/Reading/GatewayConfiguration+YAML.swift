import MartletHTTP
import MartletTransport
import Yams

extension GatewayConfiguration {
    /// Reads a configuration from YAML.
    ///
    /// ```yaml
    /// listen: 127.0.0.1:8080            # the default
    /// tls: {certificate: gateway.pem, key: gateway.key, clientAuthorities: clients.pem}
    /// trustedProxies: [10.0.0.0/8]      # or unix, for peers on a Unix domain socket
    /// via: martlet                      # none unless given
    /// maximumBodySize: 1073741824
    /// encodedSlashes: refuse            # or keep
    /// timeouts: {connect: 5s, response: 15s, idle: 5m}
    /// routes:
    ///   - path: /api/users              # / unless given
    ///     host: "*.example.com"         # any unless given
    ///     methods: [GET, POST]          # all unless given
    ///     upstreams: ["${USER_URL:-http://127.0.0.1:8081}"]
    ///     tls: {authorities: ca.pem, serverName: users.internal, verify: true}
    ///     stripPrefix: true             # or rewrite: /v1
    ///     hostHeader: upstream          # preserve unless given
    ///     timeout: 3s                   # timeouts.response unless given
    ///     idleTimeout: 1m               # timeouts.idle unless given
    /// ```
    ///
    /// An unknown key is an error with a suggestion, so that a typing mistake never goes unnoticed.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - file: The file's name, for messages; the paths of other files begin in its folder.
    ///   - environment: What `${NAME}` in `listen`, `upstreams` and `tls` is looked up in.
    /// - Throws: ``GatewayConfigurationError`` with everything that is wrong.
    public init(
        yaml: String,
        file: String? = nil,
        environment: [String: String] = [:]
    ) throws(GatewayConfigurationError) {
        let reader = ConfigurationReader(file: file, environment: environment)
        let configuration = reader.read(yaml)
        var problems = reader.problems.all
        if problems.isEmpty, let configuration {
            problems = RouteConflicts.problems(in: configuration.routes)
        }
        guard problems.isEmpty, let configuration else {
            problems.sort { $0.line ?? 0 < $1.line ?? 0 }
            throw GatewayConfigurationError(file: file, problems: problems)
        }
        self = configuration
    }
}

/// Reads the file's top level.
struct ConfigurationReader {
    let problems = ReadingProblems()
    private let interpolation: Interpolation

    static let keys = [
        "listen", "tls", "trustedProxies", "via", "maximumBodySize", "encodedSlashes", "timeouts",
        "routes",
    ]

    private static let smallestRoutes =
        "the smallest is “routes: [{upstreams: http://127.0.0.1:8081}]”."

    init(file: String?, environment: [String: String]) {
        interpolation = Interpolation(file: file, environment: environment)
    }

    func read(_ yaml: String) -> GatewayConfiguration? {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            let problem = (error as? YamlError)?.problem
            problems.add(problem?.line, "", problem?.message ?? "this is not YAML.")
            return nil
        }
        guard let root else {
            problems.add(nil, "", "the file is empty; \(Self.smallestRoutes)")
            return nil
        }
        guard let top = YAMLMapping(root, path: "", keys: Self.keys, problems: problems) else {
            return nil
        }
        var configuration = GatewayConfiguration(routes: readRoutes(top))
        configuration.listen = readListen(top)
        configuration.tls = TLSReader(interpolation: interpolation, problems: problems).listener(
            top
        )
        configuration.via = readVia(top)
        if let text = top.text("maximumBodySize") {
            if let size = Int(text), size >= 0 {
                configuration.maximumBodySize = size
            } else {
                top.refuse(
                    "maximumBodySize",
                    "must be a number of bytes such as 1048576, not “\(text)”."
                )
            }
        }
        if let encodedSlashes = top.choice(
            "encodedSlashes",
            GatewayConfiguration.EncodedSlashes.self
        ) {
            configuration.encodedSlashes = encodedSlashes
        }
        readTrustedProxies(top, into: &configuration)
        readTimeouts(top, into: &configuration)
        return configuration
    }

    private func readListen(_ top: YAMLMapping) -> String? {
        guard let text = top.text("listen") else { return nil }
        let expanded: String
        do throws(Interpolation.Failure) {
            expanded = try interpolation.expand(text)
        } catch {
            top.refuse("listen", error.message)
            return nil
        }
        if BindAddress(listen: expanded) == nil {
            top.refuse("listen", "must be HOST:PORT or unix:PATH, not “\(expanded)”.")
        }
        return expanded
    }

    private func readVia(_ top: YAMLMapping) -> String? {
        guard let name = top.text("via") else { return nil }
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken) else {
            top.refuse("via", "must be a name of letters, digits and “-”, not “\(name)”.")
            return nil
        }
        return name
    }

    private func readTrustedProxies(
        _ top: YAMLMapping,
        into configuration: inout GatewayConfiguration
    ) {
        guard let texts = top.texts("trustedProxies") else { return }
        var ranges: [AddressRange] = []
        var trustsUnixPeers = false
        for (text, line) in texts {
            if text == "unix" {
                trustsUnixPeers = true
            } else if let range = AddressRange(text) {
                ranges.append(range)
            } else {
                top.refuse(
                    "trustedProxies",
                    line: line,
                    "“\(text)” is neither an address, a range such as 10.0.0.0/8, nor unix."
                )
            }
        }
        configuration.trustedProxies = TrustedProxies(ranges, trustsUnixPeers: trustsUnixPeers)
    }

    private func readTimeouts(
        _ top: YAMLMapping,
        into configuration: inout GatewayConfiguration
    ) {
        guard let node = top["timeouts"],
            let timeouts = YAMLMapping(
                node,
                path: "timeouts",
                keys: ["connect", "response", "idle"],
                problems: problems
            )
        else { return }
        if let connect = timeouts.duration("connect") { configuration.timeouts.connect = connect }
        if let response = timeouts.duration("response") {
            configuration.timeouts.response = response
        }
        if let idle = timeouts.duration("idle") { configuration.timeouts.idle = idle }
    }

    private func readRoutes(_ top: YAMLMapping) -> [GatewayRoute] {
        guard let routes = top["routes"] else {
            top.refuseMissing("routes", "is missing; \(Self.smallestRoutes)")
            return []
        }
        guard case .sequence(let list) = routes, !list.isEmpty else {
            top.refuse("routes", "must be a list of at least one route; \(Self.smallestRoutes)")
            return []
        }
        guard list.count <= GatewayConfiguration.maximumRoutes else {
            top.refuse(
                "routes",
                "has \(list.count) entries; \(GatewayConfiguration.maximumRoutes) are allowed."
            )
            return []
        }
        return list.enumerated().compactMap { index, node in
            RouteReader(interpolation: interpolation, problems: problems)
                .read(node, path: "routes[\(index)]")
        }
    }
}

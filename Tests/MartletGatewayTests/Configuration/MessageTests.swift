import MartletGateway
import Testing

@Suite("What is said of a configuration that is wrong")
struct MessageTests {
    private func description(_ yaml: String) -> String? {
        do {
            _ = try GatewayConfiguration(yaml: yaml, file: "gateway.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "whoever does not know the format is told what to write, once",
        arguments: [
            (
                "",
                ": the file is empty; the smallest is"
                    + " “routes: [{upstreams: http://127.0.0.1:8081}]”."
            ),
            ("hello", ":1: the file must be a mapping of keys to values, as in “routes: …”."),
            (
                "via: a",
                ":1: routes: is missing; the smallest is"
                    + " “routes: [{upstreams: http://127.0.0.1:8081}]”."
            ),
            (
                "routes:",
                ":1: routes: must be a list of at least one route; the smallest is"
                    + " “routes: [{upstreams: http://127.0.0.1:8081}]”."
            ),
            ("route: []", ":1: route: there is no such key. Did you mean “routes”?"),
            (
                "routes: [{upstream: a:1}]",
                ":1: routes[0].upstream: there is no such key. Did you mean “upstreams”?"
            ),
            (
                "timeouts: {conect: 1s}\nroutes: [{upstreams: a:1}]",
                ":1: timeouts.conect: there is no such key. Did you mean “connect”?"
            ),
            (
                "tls: {cert: a, key: b}\nroutes: [{upstreams: a:1}]",
                ":1: tls.cert: there is no such key. Known keys: certificate, key,"
                    + " clientAuthorities.\n"
                    + "gateway.yaml:1: tls.certificate: is missing; TLS needs a certificate and its"
                    + " key."
            ),
            ("[a]: b\nroutes: [{upstreams: a:1}]", ":1: has a key that is no text."),
            ("routes: [{upstreams: }]", ":1: routes[0].upstreams: has no value."),
            ("via:\nroutes: [{upstreams: a:1}]", ":1: via: has no value."),
            (
                "routes: [{upstreams: 'http://a/x'}]",
                ":1: routes[0].upstreams: “http://a/x” is no upstream; write no more than scheme,"
                    + " host and port, as in http://127.0.0.1:8081."
            ),
            (
                "routes: [{upstreams: a:1, methods: GET POST}]",
                ":1: routes[0].methods: “GET POST” is no method; write methods in capitals, as in"
                    + " [GET, POST]."
            ),
        ]
    )
    func strangers(yaml: String, message: String) {
        #expect(description(yaml) == "gateway.yaml" + message)
    }

    @Test(
        "what is no YAML is told in a sentence, with its line",
        arguments: [
            (
                "routes:\n  - upstreams: [a:1\n",
                "3: this is not YAML: while parsing a flow sequence that begins on line 2,"
                    + " did not find expected ',' or ']'."
            ),
            (
                "routes:\n\t- upstreams: a:1",
                "2: this is not YAML: while scanning for the next token, found character that"
                    + " cannot start any token. YAML is indented with spaces, not with tabs."
            ),
            (
                "via: @x",
                "1: this is not YAML: while scanning for the next token, found character that"
                    + " cannot start any token. A text that begins with “@”, “`” or “%” must stand"
                    + " in quotes."
            ),
            ("via: a\nroutes: b\u{1}", "2: this is not YAML: control characters are not allowed."),
            ("via: a\nvia: b", "1: “via” stands twice in the mapping that begins here."),
            (
                "via: a\n---\nvia: b",
                "2: this is not YAML: expected a single document in the stream that begins on"
                    + " line 1, but found another document."
            ),
        ]
    )
    func notYAML(yaml: String, message: String) {
        #expect(description(yaml) == "gateway.yaml:\(message)")
    }

    @Test(
        "a mistake in tls is named",
        arguments: [
            (
                "tls: {certificate: a}",
                "1: tls.key: is missing; TLS needs a certificate and its key."
            ),
            (
                "tls: {certificate: a, key: b, clientAuthority: c}",
                "1: tls.clientAuthority: there is no such key. Did you mean “clientAuthorities”?"
            ),
            ("tls: {certificate: '', key: b}", "1: tls.certificate: must be the path of a file."),
            (
                "tls: a.pem",
                "1: tls: must be a mapping of keys to values, as in “clientAuthorities: …”."
            ),
        ]
    )
    func listenerTLS(yaml: String, message: String) {
        #expect(description(yaml + "\nroutes: [{upstreams: a:1}]") == "gateway.yaml:" + message)
    }

    @Test(
        "a mistake in an upstream's tls is named",
        arguments: [
            ("{serverName: a.b}", "a:1", "is of no use, because no upstream begins with https://."),
            (
                "{serverName: 10.0.0.1}", "https://a",
                "serverName: must be a DNS name, not “10.0.0.1”."
            ),
            (
                "{verify: false, authorities: a}", "https://a",
                "authorities: cannot stand beside “verify: false”, which asks none."
            ),
            (
                "{Verify: false}", "https://a",
                "Verify: there is no such key. Did you mean “verify”?"
            ),
            ("{verify: maybe}", "https://a", "verify: must be true or false, not “maybe”."),
        ]
    )
    func upstreamTLS(tls: String, upstream: String, message: String) {
        let text = description("routes: [{upstreams: ['\(upstream)'], tls: \(tls)}]") ?? ""
        #expect(text.hasPrefix("gateway.yaml:1: routes[0].tls"))
        #expect(text.hasSuffix(message))
    }
}

import MartletGateway
import Testing

@Suite("Hosts and upstreams")
struct AddressTests {
    @Test(
        "an upstream is a scheme, a host and a port",
        arguments: [
            ("127.0.0.1:9001", "http://127.0.0.1:9001"),
            ("http://users.internal", "http://users.internal"),
            ("HTTPS://users.internal:8443/", "https://users.internal:8443"),
            ("http://[::1]:9001", "http://[::1]:9001"),
            ("[::1]", "http://[::1]"),
        ]
    )
    func upstreams(text: String, address: String) {
        #expect(UpstreamAddress(text)?.description == address)
    }

    @Test(
        "what is no upstream is refused",
        arguments: [
            "", "http://", "ftp://a", "http://a/path", "a:0", "a:65536", "a:+1", "a:", "a b",
            "user@a", "http://*.a", "::1", "a?b",
        ]
    )
    func badUpstreams(text: String) {
        #expect(UpstreamAddress(text) == nil)
    }

    @Test("host patterns are lowered; ports, stray stars and empty labels are refused")
    func hosts() {
        #expect(HostPattern("Example.COM")?.description == "example.com")
        #expect(HostPattern("*.Example.com")?.description == "*.example.com")
        for text in ["", "*", "a:80", "a.*.b", "*a.com", "a..b", ".a", "a.", "a/b", "*."] {
            #expect(HostPattern(text) == nil, "\(text)")
        }
    }
}

import NIOCore
import Testing

@testable import MartletTransport

@Suite("Connections of each source")
struct SourceCountsTests {
    private let counts = SourceCounts(limit: 2)

    private func admit(_ host: String) throws -> SourceCounts.Source? {
        counts.admit(try SocketAddress(ipAddress: host, port: .random(in: 1...9999)))
    }

    @Test("addresses are told apart without their ports, and forgotten when they have gone")
    func counting() throws {
        let hosts = ["10.0.0.1", "10.0.0.2", "::1", "fe80::1", "2001:db8::1"]
        var sources: [SourceCounts.Source] = []
        for host in hosts {
            sources.append(try #require(try admit(host)))
            sources.append(try #require(try admit(host)))
            #expect(try admit(host) == nil)
        }
        #expect(counts.count == hosts.count)
        counts.leave(sources[0])
        #expect(try admit("10.0.0.1") != nil)
        for source in sources { counts.leave(source) }
        #expect(counts.count == 0)
    }

    @Test("a host's IPv6 addresses count as one, and one that maps IPv4 as that")
    func networks() throws {
        #expect(try admit("2001:db8::1") == admit("2001:db8::ffff:ffff:ffff:ffff"))
        #expect(try admit("2001:db8::2") == nil)
        #expect(try admit("2001:db8:0:1::2") != nil)
        #expect(try admit("::ffff:10.0.0.1") == admit("10.0.0.1"))
        #expect(try admit("10.0.0.1") == nil)
        #expect(try admit("::ffff:10.0.0.2") != nil)
    }

    @Test("what has no internet address is one source")
    func local() {
        #expect(counts.admit(nil) == .local)
        #expect(counts.admit(try? SocketAddress(unixDomainSocketPath: "/a")) == .local)
        #expect(counts.admit(nil) == nil)
    }
}

import NIOCore
import Testing

@testable import MartletTransport

@Suite("Connections of each source")
struct SourceCountsTests {
    @Test("addresses are told apart without their ports, and forgotten when they have gone")
    func counts() throws {
        let counts = SourceCounts(limit: 2)
        let hosts = ["10.0.0.1", "10.0.0.2", "::1", "fe80::1", "fe80::2"]
        for host in hosts {
            #expect(counts.admit(try SocketAddress(ipAddress: host, port: 1)))
            #expect(counts.admit(try SocketAddress(ipAddress: host, port: 2)))
            #expect(!counts.admit(try SocketAddress(ipAddress: host, port: 3)))
        }
        #expect(counts.count == hosts.count)
        for host in hosts {
            counts.leave(try SocketAddress(ipAddress: host, port: 9))
            #expect(counts.admit(try SocketAddress(ipAddress: host, port: 3)))
            counts.leave(try SocketAddress(ipAddress: host, port: 1))
            counts.leave(try SocketAddress(ipAddress: host, port: 1))
        }
        #expect(counts.count == 0)
    }
}

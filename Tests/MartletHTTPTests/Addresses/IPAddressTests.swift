import Glibc
import MartletHTTP
import Testing

@Suite("IP addresses")
struct IPAddressTests {
    /// What the C library reads, as 16 bytes; nil when it refuses.
    private func reference(_ text: String) -> [UInt8]? {
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 {
            return withUnsafeBytes(of: &six) { Array($0) }
        }
        var four = in_addr()
        guard inet_pton(AF_INET, text, &four) == 1 else { return nil }
        return [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
            + withUnsafeBytes(of: &four) { Array($0) }
    }

    private func bytes(_ address: IPAddress?) -> [UInt8]? {
        guard let address else { return nil }
        let low = address.isIPv4 ? 0xFFFF << 32 | address.low : address.low
        return [address.high, low].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    @Test(
        "addresses are read as the C library reads them",
        arguments: [
            "0.0.0.0", "192.0.2.1", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5",
            "01.2.3.4",
            "1..2.3", "1.2.3.", ".1.2.3", "", "::", "::1", "1::", "2001:db8::1", "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "1::2::3", ":1", "1:", ":::", "12345::", "g::",
            "::ffff:192.0.2.1", "::192.0.2.1", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4",
            "::1.2.3.4:5", "1:2:3:4::5:6:7:8", "1:2:3::5:6:7:8", "2001:DB8:0:0:8:800:200C:417A",
            "::1:2:3:4:5:6:7", "1:2:3:4:5:6:7::", "localhost", "1.2.3.4:80", "[::1]", "0x1.2.3.4",
        ]
    )
    func reading(text: String) {
        #expect(bytes(IPAddress(text)) == reference(text), "\(text)")
    }

    @Test("random text of an address's letters is read as the C library reads it")
    func fuzz() {
        var state: UInt64 = 0xADD7E55
        let letters = Array("0123456789abcdefF:::....")
        for _ in 0..<20_000 {
            var text = ""
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            for _ in 0..<(state >> 33) % 16 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text.append(letters[Int(state >> 33) % letters.count])
            }
            #expect(bytes(IPAddress(text)) == reference(text), "\(text)")
        }
    }

    @Test("a zone is ignored")
    func zone() {
        #expect(IPAddress("fe80::1%eth0") == IPAddress("fe80::1"))
        #expect(IPAddress("1.2.3.4%eth0") == nil)
    }

    @Test(
        "a range holds the addresses with its prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.129/25", "192.0.2.128", true), ("192.0.2.128/25", "192.0.2.127", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
            ("2001:db8::/96", "2001:db8::ffff:1", true),
            ("2001:db8::/96", "2001:db8::1:0:1", false),
            ("::/0", "1234::", true), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ]
    )
    func ranges(range: String, address: String, isInside: Bool) throws {
        let range = try #require(AddressRange(range))
        let address = try #require(IPAddress(address))
        #expect(range.contains(address) == isInside)
    }

    @Test(
        "what is no range is refused",
        arguments: [
            "10.0.0.0/33", "::/129", "10.0.0.0/", "/8", "10.0.0.0/-1", "10.0.0.0/8/8", "a/8",
        ]
    )
    func badRanges(text: String) {
        #expect(AddressRange(text) == nil)
    }
}

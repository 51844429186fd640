import MartletTransport
import Testing

@Suite("Where a server listens")
struct BindAddressTests {
    @Test("is written as in a URL")
    func description() {
        #expect(BindAddress.tcp("127.0.0.1", port: 8080).description == "127.0.0.1:8080")
        #expect(BindAddress.tcp("::1", port: 80).description == "[::1]:80")
        #expect(BindAddress.unix("/run/a.sock").description == "unix:/run/a.sock")
    }

    @Test("has a port only with TCP")
    func port() {
        #expect(BindAddress.tcp("localhost", port: 0).port == 0)
        #expect(BindAddress.unix("/run/a.sock").port == nil)
    }
}

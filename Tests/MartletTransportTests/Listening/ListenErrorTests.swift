import MartletTransport
import NIOCore
import Testing

@Suite("A server that cannot listen")
struct ListenErrorTests {
    @Test(
        "says why in a sentence",
        arguments: [
            (
                BindAddress.tcp("nowhere.invalid", port: 0),
                "nowhere.invalid:0: no address is known for the host “nowhere.invalid”."
            ),
            (.tcp("192.0.2.1", port: 0), "192.0.2.1:0: the address is none of this machine's."),
            (.unix("/no/such/folder/a"), "unix:/no/such/folder/a: there is no such folder."),
        ]
    )
    func reason(address: BindAddress, message: String) async {
        let configuration = ListenerConfiguration(addresses: [address])
        let error = await #expect(throws: ListenError.self) {
            _ = try await Listener.listen(configuration, on: .shared) { _ in Silent() }
        }
        #expect(error?.description == "Cannot listen on " + message)
    }

    /// The driver of connections that are never made.
    private final class Silent: ConnectionDriver {
        func attached(_ connection: Connection) {}
        func opened(_ connection: Connection) {}
        func received(_ bytes: ByteBuffer) {}
        func inputEnded() {}
        func writabilityChanged() {}
        func closed(_ error: (any Error)?) {}
        func drain() {}
    }
}

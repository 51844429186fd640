import HTTPTypes
import MartletHTTP
import NIOCore
import Testing

@testable import MartletRPC

@Suite("RPC metadata")
struct RPCMetadataTests {
    private let text = HTTPField.Name(known: "x-text")
    private let data = HTTPField.Name(known: "x-data-bin")

    @Test("bytes of every length survive Base64, with and without padding")
    func base64() throws {
        for count in 0...64 {
            let bytes = ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) })
            let encoded = MetadataBase64.encode(bytes)
            #expect(!encoded.contains("="))
            #expect(MetadataBase64.decode(encoded) == bytes)
            let padding = String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
            #expect(MetadataBase64.decode(encoded + padding) == bytes)
        }
        #expect(MetadataBase64.encode(ByteBuffer(string: "foobar")) == "Zm9vYmFy")
        #expect(MetadataBase64.encode(ByteBuffer(bytes: [0xFF, 0xEF])) == "/+8")
    }

    @Test("what is not Base64 is refused", arguments: ["A", "A===", "a b=", "====", "Zg=", "Zm9-"])
    func notBase64(value: String) {
        #expect(MetadataBase64.decode(value) == nil)
    }

    @Test("bytes are under -bin names only, and several in one line are told apart")
    func bytes() {
        let metadata = RPCMetadata(fields: [data: "AQ, Ag==,%,", data: "Aw", text: "AQ"])
        #expect(
            metadata.bytes(of: data) == [
                ByteBuffer(bytes: [1]), ByteBuffer(bytes: [2]), ByteBuffer(),
                ByteBuffer(bytes: [3]),
            ]
        )
        #expect(metadata.bytes(of: text).isEmpty)
        #expect(metadata[data] == nil)
    }

    @Test("the last of several texts holds, and the protocol's own fields are none")
    func texts() {
        let metadata = RPCMetadata(
            fields: [text: "a", text: "b", RPCFields.timeout: "1S", .contentType: "x"]
        )
        #expect(metadata[text] == "b")
        #expect(metadata[RPCFields.timeout] == nil)
        #expect(metadata[.contentType] == nil)
    }

    @Test("a text is sent as printable ASCII")
    func printable() {
        var metadata = RPCMetadata()
        metadata[text] = "a\r\nü"
        #expect(metadata[text] == "a????")
        metadata[text] = nil
        #expect(metadata.isEmpty)
    }
}

package import NIOCore

/// A message on the wire: its bytes and whether they are compressed
/// (gRPC over HTTP/2, "Length-Prefixed-Message").
package struct RPCFrame: Hashable, Sendable {
    /// The bytes before a message: a flag and a length of four bytes.
    package static let headerSize = 5

    package var isCompressed: Bool
    package var content: ByteBuffer

    package init(isCompressed: Bool = false, content: ByteBuffer) {
        self.isCompressed = isCompressed
        self.content = content
    }
}

import NIOCore

/// A header block that is still coming (RFC 9113 §4.3): HEADERS without END_HEADERS.
struct HTTP2HeaderAssembly {
    let stream: HTTP2StreamID
    let endsStream: Bool
    /// Whether the stream was said to depend on itself.
    let dependsOnItself: Bool
    private(set) var block: ByteBuffer
    private var continuationCount = 0

    init(
        stream: HTTP2StreamID,
        endsStream: Bool,
        dependsOnItself: Bool,
        block: ByteBuffer
    ) {
        self.stream = stream
        self.endsStream = endsStream
        self.dependsOnItself = dependsOnItself
        self.block = block
    }

    /// Takes a CONTINUATION.
    ///
    /// - Returns: The error when there are too many, or too many bytes of them.
    mutating func append(_ payload: ByteBuffer, limits: HTTP2Limits) -> HTTP2Error? {
        continuationCount += 1
        guard continuationCount <= limits.continuationCount else {
            return .connection(
                .enhanceYourCalm,
                "A header block has too many CONTINUATION frames.",
                defence: .continuationFlood
            )
        }
        guard block.readableBytes + payload.readableBytes <= limits.headerBlockSize else {
            return Self.tooLong
        }
        block.writeImmutableBuffer(payload)
        return nil
    }

    static let tooLong = HTTP2Error.connection(
        .enhanceYourCalm,
        "A header block is too long.",
        defence: .headerBlockSize
    )
}

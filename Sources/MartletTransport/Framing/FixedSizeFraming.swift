public import NIOCore

/// Frames that all have one size, which is also their limit.
public struct FixedSizeFraming: FrameCodec, Sendable {
    /// The size of a frame.
    public let frameSize: Int

    /// Makes a framing.
    ///
    /// - Parameter frameSize: The size of every frame; at least 1.
    public init(frameSize: Int) {
        FrameLimit.check(frameSize)
        self.frameSize = frameSize
    }

    /// The size of a frame.
    public var maximumEncodedSize: Int { frameSize }

    /// Takes the next frame off the front of `input` without a copy.
    ///
    /// - Parameter input: The bytes that have arrived.
    /// - Returns: The frame, or nil when it is not complete.
    public mutating func decode(from input: inout ByteBuffer) -> ByteBuffer? {
        input.readSlice(length: frameSize)
    }

    /// Appends a frame.
    ///
    /// - Throws: ``FramingError`` with ``FramingError/Code/unsendable`` when `frame` has another
    ///   size.
    public func encode(
        _ frame: ByteBuffer,
        into output: inout ByteBuffer
    ) throws(FramingError) {
        guard frame.readableBytes == frameSize else {
            throw FramingError(
                .unsendable,
                "A frame of \(frame.readableBytes) bytes where every one has \(frameSize)."
            )
        }
        output.writeImmutableBuffer(frame)
    }
}

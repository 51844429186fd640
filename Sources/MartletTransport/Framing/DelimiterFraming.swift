public import NIOCore

/// Frames that end in a sequence of bytes.
///
/// ```swift
/// let framing = DelimiterFraming("\0".utf8)
/// ```
public struct DelimiterFraming: FrameCodec, Sendable {
    /// The largest frame, without its delimiter.
    public let maximumFrameSize: Int

    /// Remembers how far the input has been looked through.
    package private(set) var search: DelimiterSearch

    /// Makes a framing.
    ///
    /// - Parameters:
    ///   - delimiter: What a frame ends in; at least one byte.
    ///   - maximumFrameSize: The largest frame, without its delimiter.
    public init(
        _ delimiter: some Sequence<UInt8>,
        maximumFrameSize: Int = FrameLimit.standard
    ) {
        FrameLimit.check(maximumFrameSize)
        self.maximumFrameSize = maximumFrameSize
        search = DelimiterSearch(Array(delimiter))
    }

    /// What a frame ends in.
    public var delimiter: [UInt8] { search.delimiter }

    /// The largest frame with its delimiter.
    public var maximumEncodedSize: Int { maximumFrameSize + search.delimiter.count }

    /// Takes the next frame off the front of `input`, without its delimiter and without a copy.
    ///
    /// - Parameter input: The bytes that have arrived.
    /// - Returns: The frame, or nil when its delimiter has not come.
    /// - Throws: ``FramingError`` with ``FramingError/Code/tooLarge``.
    public mutating func decode(from input: inout ByteBuffer) throws(FramingError) -> ByteBuffer? {
        let window = min(input.readableBytes, maximumEncodedSize)
        guard let end = search.end(in: input, before: window) else {
            guard window < maximumEncodedSize else {
                throw FrameLimit.noEnd(maximum: maximumFrameSize)
            }
            return nil
        }
        search.reset()
        let frame = input.readSlice(length: end - search.delimiter.count)
        input.moveReaderIndex(forwardBy: search.delimiter.count)
        return frame
    }

    /// Appends a frame and its delimiter.
    ///
    /// - Throws: ``FramingError`` with ``FramingError/Code/tooLarge``, or
    ///   ``FramingError/Code/unsendable`` when the delimiter would be found before the frame's end.
    public func encode(
        _ frame: ByteBuffer,
        into output: inout ByteBuffer
    ) throws(FramingError) {
        let size = frame.readableBytes
        guard size <= maximumFrameSize else {
            throw FrameLimit.tooLarge(size, maximum: maximumFrameSize)
        }
        guard search.isFirstAfter(frame) else {
            throw FramingError(.unsendable, "A frame contains its own delimiter.")
        }
        output.reserveCapacity(minimumWritableBytes: size + search.delimiter.count)
        output.writeImmutableBuffer(frame)
        output.writeBytes(search.delimiter)
    }
}

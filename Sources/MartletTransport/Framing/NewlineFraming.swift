public import NIOCore

/// Lines: frames that end in a line feed.
///
/// A carriage return before the line feed belongs to the line's end, whichever end the writer of
/// this side uses (as in Go's `bufio.ScanLines`). For lines that end in CR LF and nothing else use
/// ``DelimiterFraming``.
public struct NewlineFraming: FrameCodec, Sendable {
    /// What ends the lines that are written.
    public enum LineEnd: Sendable, CaseIterable {
        /// LF.
        case lineFeed
        /// CR LF.
        case carriageReturnLineFeed
    }

    /// What ends the lines that are written.
    public let lineEnd: LineEnd

    /// The longest line, without its end.
    public let maximumFrameSize: Int

    /// How many bytes at the front of the input are known to hold no line feed.
    package private(set) var scanned = 0

    /// Makes a framing.
    ///
    /// - Parameters:
    ///   - lineEnd: What ends the lines that are written; either is read.
    ///   - maximumFrameSize: The longest line, without its end.
    public init(lineEnd: LineEnd = .lineFeed, maximumFrameSize: Int = FrameLimit.standard) {
        FrameLimit.check(maximumFrameSize)
        self.lineEnd = lineEnd
        self.maximumFrameSize = maximumFrameSize
    }

    /// The longest line with the longer end.
    public var maximumEncodedSize: Int { maximumFrameSize + 2 }

    /// Takes the next line off the front of `input`, without its end and without a copy.
    ///
    /// - Parameter input: The bytes that have arrived.
    /// - Returns: The line, or nil when it has not ended.
    /// - Throws: ``FramingError`` with ``FramingError/Code/tooLarge``.
    public mutating func decode(from input: inout ByteBuffer) throws(FramingError) -> ByteBuffer? {
        let window = min(input.readableBytes, maximumEncodedSize)
        guard let lineFeed = lineFeed(in: input, before: window) else {
            guard window < maximumEncodedSize else {
                throw FrameLimit.noEnd(maximum: maximumFrameSize)
            }
            scanned = window
            return nil
        }
        let start = input.readerIndex
        let hasReturn =
            lineFeed > 0 && input.getInteger(at: start + lineFeed - 1) == UInt8(ascii: "\r")
        let size = lineFeed - (hasReturn ? 1 : 0)
        guard size <= maximumFrameSize else {
            throw FrameLimit.tooLarge(size, maximum: maximumFrameSize)
        }
        scanned = 0
        let line = input.getSlice(at: start, length: size)
        input.moveReaderIndex(forwardBy: lineFeed + 1)
        return line
    }

    /// Appends a line and its end.
    ///
    /// - Throws: ``FramingError`` with ``FramingError/Code/tooLarge``, or
    ///   ``FramingError/Code/unsendable`` when the line contains a line feed or ends in a carriage
    ///   return: whoever reads would see other lines than were written.
    public func encode(
        _ frame: ByteBuffer,
        into output: inout ByteBuffer
    ) throws(FramingError) {
        let bytes = frame.readableBytesView
        guard bytes.count <= maximumFrameSize else {
            throw FrameLimit.tooLarge(bytes.count, maximum: maximumFrameSize)
        }
        guard !bytes.contains(UInt8(ascii: "\n")), bytes.last != UInt8(ascii: "\r") else {
            throw FramingError(
                .unsendable,
                "A line contains a line feed or ends in a carriage return."
            )
        }
        output.reserveCapacity(minimumWritableBytes: bytes.count + 2)
        output.writeImmutableBuffer(frame)
        switch lineEnd {
        case .lineFeed: output.writeInteger(UInt8(ascii: "\n"))
        case .carriageReturnLineFeed: output.writeStaticString("\r\n")
        }
    }

    private func lineFeed(in input: ByteBuffer, before window: Int) -> Int? {
        input.withUnsafeReadableBytes { bytes in
            ByteSearch.first(UInt8(ascii: "\n"), in: bytes, from: scanned, to: window)
        }
    }
}

public import NIOCore

/// Frames that follow their length.
///
/// A length over the limit is refused as soon as it has arrived, before any of its frame.
///
/// ```swift
/// let framing = LengthPrefixFraming(width: .two, byteOrder: .bigEndian)  // as DNS over TCP
/// ```
public struct LengthPrefixFraming: FrameCodec, Sendable {
    /// How many bytes a length takes.
    public enum Width: Int, Sendable, CaseIterable {
        /// Lengths up to 255.
        case one = 1
        /// Lengths up to 65,535.
        case two = 2
        /// Lengths up to 4,294,967,295.
        case four = 4
        /// Lengths of 64 bits.
        case eight = 8
    }

    /// Which byte of a length comes first.
    public enum ByteOrder: Sendable, CaseIterable {
        /// The most significant: the network's order.
        case bigEndian
        /// The least significant.
        case littleEndian

        fileprivate var endianness: Endianness { self == .bigEndian ? .big : .little }
    }

    /// How many bytes a length takes.
    public let width: Width

    /// Which byte of a length comes first.
    public let byteOrder: ByteOrder

    /// Whether a length counts its own bytes beside the frame's.
    public let countsItself: Bool

    /// The largest frame, without its length.
    public let maximumFrameSize: Int

    /// Makes a framing.
    ///
    /// - Parameters:
    ///   - width: How many bytes a length takes.
    ///   - byteOrder: Which of them comes first.
    ///   - countsItself: Whether a length counts its own bytes beside the frame's.
    ///   - maximumFrameSize: The largest frame, without its length; what `width` cannot express is
    ///     refused too.
    public init(
        width: Width = .four,
        byteOrder: ByteOrder = .bigEndian,
        countsItself: Bool = false,
        maximumFrameSize: Int = FrameLimit.standard
    ) {
        FrameLimit.check(maximumFrameSize)
        self.width = width
        self.byteOrder = byteOrder
        self.countsItself = countsItself
        self.maximumFrameSize = maximumFrameSize
    }

    /// The largest frame with its length.
    public var maximumEncodedSize: Int { maximumFrameSize + width.rawValue }

    /// Takes the next frame off the front of `input`, without its length and without a copy.
    ///
    /// - Parameter input: The bytes that have arrived.
    /// - Returns: The frame, or nil when it is not complete.
    /// - Throws: ``FramingError`` with ``FramingError/Code/tooLarge`` or
    ///   ``FramingError/Code/malformed``.
    public mutating func decode(from input: inout ByteBuffer) throws(FramingError) -> ByteBuffer? {
        guard let length = length(in: input) else { return nil }
        let size = try frameSize(of: length)
        guard input.readableBytes - width.rawValue >= size else { return nil }
        input.moveReaderIndex(forwardBy: width.rawValue)
        return input.readSlice(length: size)
    }

    /// Appends a frame behind its length.
    ///
    /// - Throws: ``FramingError`` with ``FramingError/Code/tooLarge``.
    public func encode(
        _ frame: ByteBuffer,
        into output: inout ByteBuffer
    ) throws(FramingError) {
        let size = frame.readableBytes
        guard size <= maximumFrameSize else {
            throw FrameLimit.tooLarge(size, maximum: maximumFrameSize)
        }
        let length = UInt64(size + (countsItself ? width.rawValue : 0))
        guard length <= highestLength else {
            throw FramingError(
                .tooLarge,
                "A length of \(length) does not fit into \(width.rawValue) bytes."
            )
        }
        output.reserveCapacity(minimumWritableBytes: width.rawValue + size)
        let endianness = byteOrder.endianness
        switch width {
        case .one: output.writeInteger(UInt8(length))
        case .two: output.writeInteger(UInt16(length), endianness: endianness)
        case .four: output.writeInteger(UInt32(length), endianness: endianness)
        case .eight: output.writeInteger(length, endianness: endianness)
        }
        output.writeImmutableBuffer(frame)
    }

    private var highestLength: UInt64 {
        width == .eight ? .max : 1 << UInt64(width.rawValue * 8) - 1
    }

    private func length(in input: ByteBuffer) -> UInt64? {
        let index = input.readerIndex
        let endianness = byteOrder.endianness
        switch width {
        case .one:
            return input.getInteger(at: index, as: UInt8.self).map(UInt64.init)
        case .two:
            return input.getInteger(at: index, endianness: endianness, as: UInt16.self)
                .map(UInt64.init)
        case .four:
            return input.getInteger(at: index, endianness: endianness, as: UInt32.self)
                .map(UInt64.init)
        case .eight:
            return input.getInteger(at: index, endianness: endianness, as: UInt64.self)
        }
    }

    private func frameSize(of length: UInt64) throws(FramingError) -> Int {
        let own = countsItself ? UInt64(width.rawValue) : 0
        guard length >= own else {
            throw FramingError(
                .malformed,
                "A length of \(length) does not even count its own \(own) bytes."
            )
        }
        guard length - own <= UInt64(maximumFrameSize) else {
            throw FrameLimit.tooLarge(length - own, maximum: maximumFrameSize)
        }
        return Int(length - own)
    }
}

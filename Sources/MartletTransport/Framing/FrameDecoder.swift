public import NIOCore

/// Finds the frames of a protocol in the bytes that arrive.
///
/// A decoder does no I/O: whoever has bytes appends them to a buffer and asks for frames until
/// there is none. ``LengthPrefixFraming``, ``NewlineFraming``, ``DelimiterFraming`` and
/// ``FixedSizeFraming`` are the usual ones; conform a type of your own for a protocol whose frames
/// are told apart otherwise, and read with ``BufferedReader/frames(using:)``.
///
/// ```swift
/// var decoder = NewlineFraming()
/// var input = ByteBuffer(string: "first\r\nsec")
/// while let line = try decoder.decode(from: &input) { handle(line) }
/// ```
public protocol FrameDecoder<Frame>: Sendable {
    /// What is decoded.
    associatedtype Frame: Sendable

    /// The most bytes that a frame takes in the stream, with what marks it off.
    ///
    /// Whoever drives the decoder holds no more than that for a frame that is not complete.
    var maximumEncodedSize: Int { get }

    /// Takes the next frame off the front of `input`.
    ///
    /// What is left in `input` must still be in front when more has been appended, so that a
    /// decoder may remember how far it has looked. A frame takes at least one byte. A decoder that
    /// has refused its input is not asked again.
    ///
    /// - Parameter input: The bytes that have arrived and are in no frame yet.
    /// - Returns: The frame, or nil when `input` does not hold a whole one.
    /// - Throws: ``FramingError``, or an error of the protocol's own, when the bytes are no frame.
    mutating func decode(from input: inout ByteBuffer) throws -> Frame?

    /// Takes the next frame off the front of `input`, after which nothing comes any more.
    ///
    /// The default asks ``decode(from:)`` and refuses a frame that is not complete. Write your own
    /// if the end of the stream ends a frame, or if the decoder takes part of a frame out of
    /// `input` before it is complete.
    ///
    /// - Parameter input: The last bytes.
    /// - Returns: A frame, or nil when `input` is empty.
    /// - Throws: ``FramingError`` with ``FramingError/Code/unfinished``; what ``decode(from:)``
    ///   throws.
    mutating func decodeLast(from input: inout ByteBuffer) throws -> Frame?
}

extension FrameDecoder {
    /// Takes the next frame, or refuses the part of one that is left.
    ///
    /// - Parameter input: The last bytes.
    /// - Returns: A frame, or nil when `input` is empty.
    /// - Throws: ``FramingError`` with ``FramingError/Code/unfinished``; what ``decode(from:)``
    ///   throws.
    public mutating func decodeLast(from input: inout ByteBuffer) throws -> Frame? {
        if let frame = try decode(from: &input) { return frame }
        guard input.readableBytes == 0 else {
            throw FramingError(
                .unfinished,
                "The input ended in the middle of a frame, of which it holds "
                    + "\(input.readableBytes) bytes."
            )
        }
        return nil
    }
}

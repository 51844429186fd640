public import NIOCore

/// Marks frames off so that a ``FrameDecoder`` at the other end finds them.
///
/// Encode as many frames into one buffer as there are to send and write them together.
public protocol FrameEncoder<Frame>: Sendable {
    /// What is encoded.
    associatedtype Frame: Sendable

    /// Appends a frame to `output`.
    ///
    /// - Parameters:
    ///   - frame: What is sent.
    ///   - output: What it is appended to; left as it was when the frame is refused.
    /// - Throws: ``FramingError``, or an error of the protocol's own, when the other end could not
    ///   read the frame as it is: it is too large, or contains what marks frames off.
    func encode(_ frame: Frame, into output: inout ByteBuffer) throws
}

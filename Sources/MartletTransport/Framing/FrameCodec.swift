/// Both directions of a protocol's framing.
///
/// There is nothing more to write than for ``FrameDecoder`` and ``FrameEncoder``.
public protocol FrameCodec<Frame>: FrameDecoder, FrameEncoder {}

import MartletTransport
import NIOCore

/// What a decoder makes of input that comes in pieces.
struct DecodedFrames: Equatable {
    var frames: [[UInt8]] = []
    var refusal: FramingError.Code?

    init(
        _ pieces: [[UInt8]],
        with framing: some FrameDecoder<ByteBuffer>,
        ends: Bool = true
    ) {
        var framing = framing
        var input = ByteBuffer()
        do {
            for piece in pieces {
                input.writeBytes(piece)
                while let frame = try framing.decode(from: &input) {
                    frames.append(Array(frame.readableBytesView))
                }
            }
            while ends, let frame = try framing.decodeLast(from: &input) {
                frames.append(Array(frame.readableBytesView))
            }
        } catch let error as FramingError {
            refusal = error.code
        } catch {
            preconditionFailure("a framing threw \(error)")
        }
    }

    var texts: [String] { frames.map { String(decoding: $0, as: UTF8.self) } }
}

extension FrameEncoder<ByteBuffer> {
    /// The bytes that `frames` are sent as.
    func bytes(_ frames: [String]) throws -> [UInt8] {
        var output = ByteBuffer()
        for frame in frames { try encode(ByteBuffer(string: frame), into: &output) }
        return Array(output.readableBytesView)
    }
}

extension ByteBuffer {
    /// Where the readable bytes lie, to tell a slice from a copy.
    var address: UInt {
        withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
    }
}

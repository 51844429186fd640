import CZlib
package import NIOCore

/// Compresses bytes with zlib, piece by piece; does no I/O.
///
/// It is for one task at a time. Its memory is what ``Window`` says, and is freed with it.
package final class Deflater {
    /// How far back a compressor looks, and so how much memory it holds.
    package struct Window: Sendable, Hashable {
        /// The base-2 logarithm of the window's size, from 9 to 15.
        package let bits: Int32
        /// How much memory the hash chains get, from 1 to 9.
        package let memoryLevel: Int32

        /// 32 KiB of window: 256 KiB of memory (zlib's own default).
        package static let full = Window(bits: 15, memoryLevel: 8)
        /// 8 KiB of window: 64 KiB of memory, for streams, of which a server may have many.
        package static let stream = Window(bits: 13, memoryLevel: 6)

        /// The smallest window that loses nothing on content of `length` bytes.
        package static func fitting(_ length: Int) -> Window {
            var bits: Int32 = 9
            while bits < 15, 1 << bits < length { bits += 1 }
            return Window(bits: bits, memoryLevel: min(8, bits - 6))
        }
    }

    /// What to do after a piece.
    package enum Flush: Sendable {
        /// Keep what compresses better together with what follows.
        case none
        /// Let the receiver decode everything up to here.
        case sync
        /// End the stream.
        case finish

        fileprivate var code: Int32 {
            switch self {
            case .none: Z_NO_FLUSH
            case .sync: Z_SYNC_FLUSH
            case .finish: Z_FINISH
            }
        }
    }

    /// The bytes of output that a buffer without room is given.
    private static let pieceSize = 16 * 1_024

    /// zlib keeps the address of its state, which therefore has a place of its own.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Makes a compressor.
    ///
    /// - Parameters:
    ///   - coding: The format to write.
    ///   - level: From 1, fast, to 9, small.
    ///   - window: How much memory to hold.
    /// - Throws: ``CompressionError`` when there is no memory.
    package init(
        _ coding: ContentCoding,
        level: Int = 6,
        window: Window = .full
    ) throws(CompressionError) {
        precondition((1...9).contains(level), "a compression level lies between 1 and 9")
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = deflateInit2_(
            stream,
            Int32(level),
            Z_DEFLATED,
            coding == .gzip ? window.bits + 16 : window.bits,
            window.memoryLevel,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard result == Z_OK else {
            throw CompressionError(.outOfMemory, "There is no memory to compress with.")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Compresses a piece and appends what comes out of it.
    ///
    /// - Parameters:
    ///   - input: The piece.
    ///   - flush: What to do after it; nothing may follow `finish`.
    ///   - output: Where the compressed bytes go.
    package func compress(_ input: ByteBuffer, flush: Flush, into output: inout ByteBuffer) {
        input.withUnsafeReadableBytes { bytes in
            // Sound: zlib reads through this pointer and never writes, and it is dropped below.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: bytes.bindMemory(to: UInt8.self).baseAddress
            )
            stream.pointee.avail_in = UInt32(bytes.count)
            var isFull = true
            while isFull {
                isFull = step(flush, into: &output)
            }
            assert(stream.pointee.avail_in == 0, "zlib takes all of its input")
            stream.pointee.next_in = nil
        }
    }

    /// Lets zlib write once; returns whether there is more to write.
    private func step(_ flush: Flush, into output: inout ByteBuffer) -> Bool {
        let room = output.writableBytes > 0 ? 1 : Self.pieceSize
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { space in
            stream.pointee.next_out = space.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(clamping: space.count)
            let result = deflate(stream, flush.code)
            assert(result != Z_STREAM_ERROR, "a compressor is not used after its end")
            return min(space.count, Int(UInt32.max)) - Int(stream.pointee.avail_out)
        }
        return stream.pointee.avail_out == 0
    }
}

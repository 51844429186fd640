import CZlib
package import NIOCore

/// Decompresses bytes with zlib, piece by piece, within limits; does no I/O.
///
/// It is for one task at a time. Give it what arrives with ``feed(_:)`` and take what comes out
/// with ``next()`` until that is nil; say ``finish()`` when nothing more arrives. It never
/// holds more than one piece of output and what it was fed, however much a piece expands to.
package final class Inflater {
    /// What compressed content may grow to.
    package struct Limits: Hashable, Sendable {
        /// The most bytes of content.
        ///
        /// 10 MiB by default.
        package var size: Int
        /// How many times longer than its compressed form content may be once it is longer than
        /// 1 MiB.
        ///
        /// 100 by default; DEFLATE itself allows 1,032, and text seldom reaches 20.
        package var ratio: Int

        package init(size: Int = 10 << 20, ratio: Int = 100) {
            precondition(size > 0 && ratio > 0, "a limit lets something through")
            self.size = size
            self.ratio = ratio
        }

        /// The length of content up to which its ratio is not looked at.
        package static let ratioFloor = 1 << 20
    }

    /// The most bytes that ``next()`` returns at once.
    package static let pieceSize = 64 * 1_024

    private enum Phase {
        case beginning
        case inside
        case ended
    }

    /// zlib keeps the address of its state, which therefore has a place of its own.
    private let stream: UnsafeMutablePointer<z_stream>
    private let coding: ContentCoding
    private let limits: Limits
    private var phase = Phase.beginning
    private var pending = ByteBuffer()
    private var consumed = 0
    private var produced = 0

    /// Makes a decompressor.
    package init(_ coding: ContentCoding, limits: Limits = Limits()) {
        self.coding = coding
        self.limits = limits
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Adds compressed bytes.
    package func feed(_ bytes: ByteBuffer) {
        if pending.readableBytes == 0 {
            pending = bytes
        } else {
            pending.writeImmutableBuffer(bytes)
        }
    }

    /// The next piece of content, never empty; nil when more bytes have to be fed first.
    ///
    /// - Throws: ``CompressionError`` when the bytes are corrupt or a limit is passed.
    package func next() throws(CompressionError) -> ByteBuffer? {
        while pending.readableBytes > 0 || phase == .inside {
            if phase == .beginning {
                guard try begin() else { return nil }
            } else if phase == .ended {
                try beginAgain()
            }
            var output = ByteBuffer()
            let result = step(into: &output)
            try check(result)
            if output.readableBytes > 0 {
                try count(output.readableBytes)
                return output
            }
            if result == Z_BUF_ERROR { return nil }
        }
        return nil
    }

    /// Says that all bytes have been fed and ``next()`` has returned nil.
    ///
    /// - Throws: ``CompressionError`` when the format has not ended.
    package func finish() throws(CompressionError) {
        switch phase {
        case .ended:
            return
        case .beginning where consumed == 0 && pending.readableBytes == 0:
            // Nothing at all: what an empty body is, whatever its coding says.
            return
        case .beginning, .inside:
            throw CompressionError(.truncated, "The compressed content ends too early.")
        }
    }

    // MARK: Steps

    /// Chooses the format; false when that takes another byte.
    private func begin() throws(CompressionError) -> Bool {
        var windowBits: Int32 = 15 + 16
        if coding == .deflate {
            guard let header = pending.getInteger(at: pending.readerIndex, as: UInt16.self) else {
                return false
            }
            // A zlib header (RFC 1950 §2.2); anything else is taken for bare DEFLATE.
            let isZlib = header >> 8 & 0x0F == 8 && header % 31 == 0
            windowBits = isZlib ? 15 : -15
        }
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(stream, windowBits, ZLIB_VERSION, size) == Z_OK else {
            throw CompressionError(.outOfMemory, "There is no memory to decompress with.")
        }
        phase = .inside
        return true
    }

    /// Goes on after the end: with another member of gzip (RFC 1952 §2.2), else not at all.
    private func beginAgain() throws(CompressionError) {
        guard coding == .gzip, inflateReset(stream) == Z_OK else {
            throw CompressionError(.corrupt, "Bytes follow the end of the compressed content.")
        }
        phase = .inside
    }

    private func step(into output: inout ByteBuffer) -> Int32 {
        var result = Z_OK
        var taken = 0
        pending.withUnsafeReadableBytes { bytes in
            // Sound: zlib reads through this pointer and never writes, and it is dropped below.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: bytes.bindMemory(to: UInt8.self).baseAddress
            )
            let offered = UInt32(clamping: bytes.count)
            stream.pointee.avail_in = offered
            let room = min(Self.pieceSize, max(1_024, bytes.count * 4))
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { space in
                stream.pointee.next_out = space.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(room)
                result = inflate(stream, Z_NO_FLUSH)
                return room - Int(stream.pointee.avail_out)
            }
            taken = Int(offered - stream.pointee.avail_in)
            stream.pointee.next_in = nil
        }
        pending.moveReaderIndex(forwardBy: taken)
        if pending.readableBytes == 0 { pending = ByteBuffer() }
        consumed += taken
        return result
    }

    private func check(_ result: Int32) throws(CompressionError) {
        switch result {
        case Z_OK, Z_BUF_ERROR:
            return
        case Z_STREAM_END:
            phase = .ended
        case Z_MEM_ERROR:
            throw CompressionError(.outOfMemory, "There is no memory to decompress with.")
        default:
            throw CompressionError(.corrupt, "The content is not valid \(coding.rawValue).")
        }
    }

    private func count(_ bytes: Int) throws(CompressionError) {
        produced += bytes
        guard produced <= limits.size else {
            throw CompressionError(
                .tooLong,
                "The decompressed content is longer than \(limits.size) bytes."
            )
        }
        guard produced <= Limits.ratioFloor || produced <= consumed * limits.ratio else {
            throw CompressionError(
                .tooDense,
                "The content is more than \(limits.ratio) times as long as its compressed form."
            )
        }
    }
}

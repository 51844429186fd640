package import NIOCore
import Synchronization

/// Compresses what is written and passes it on.
package final class DeflatingSink: BodySink {
    private let deflater: Mutex<Deflater>
    private let writer: BodyWriter
    private let flushesEachPiece: Bool

    /// The most bytes that are compressed before the loop may serve another request.
    package static let pieceSize = 64 * 1_024

    /// Makes a sink.
    ///
    /// - Parameters:
    ///   - writer: Where the compressed bytes go.
    ///   - coding: The format.
    ///   - level: From 1, fast, to 9, small.
    ///   - flushesEachPiece: Whether the receiver can decode every piece when it arrives, as it
    ///     has to for server-sent events.
    /// - Throws: ``CompressionError`` when there is no memory.
    package init(
        _ writer: BodyWriter,
        coding: ContentCoding,
        level: Int,
        flushesEachPiece: Bool
    ) throws(CompressionError) {
        deflater = Mutex(try Deflater(coding, level: level, window: .stream))
        self.writer = writer
        self.flushesEachPiece = flushesEachPiece
    }

    package func write(_ bytes: ByteBuffer) async throws {
        var rest = bytes
        while let piece = rest.readSlice(length: min(rest.readableBytes, Self.pieceSize)),
            piece.readableBytes > 0
        {
            let isLast = rest.readableBytes == 0
            try await pass(piece, flush: isLast && flushesEachPiece ? .sync : .none)
            if !isLast { await Task.yield() }
        }
        if flushesEachPiece { try await writer.flush() }
    }

    package func flush() async throws {
        try await pass(ByteBuffer(), flush: .sync)
        try await writer.flush()
    }

    package func setTrailers(_ trailers: Headers) {
        writer.setTrailers(trailers)
    }

    /// Ends the compressed stream; nothing may be written after it.
    package func finish() async throws {
        try await pass(ByteBuffer(), flush: .finish)
    }

    private func pass(_ piece: ByteBuffer, flush: Deflater.Flush) async throws {
        let compressed = deflater.withLock { deflater in
            var compressed = ByteBuffer()
            deflater.compress(piece, flush: flush, into: &compressed)
            return compressed
        }
        try await writer.write(compressed)
    }
}

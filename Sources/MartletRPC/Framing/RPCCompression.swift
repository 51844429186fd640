package import MartletHTTP
package import NIOCore

/// How messages are compressed (gRPC over HTTP/2, "Message-Encoding").
public struct RPCCompression: Hashable, Sendable {
    package let coding: ContentCoding

    /// The format of RFC 1952.
    public static let gzip = RPCCompression(coding: .gzip)
    /// The zlib format of RFC 1950.
    public static let deflate = RPCCompression(coding: .deflate)

    /// What `grpc-accept-encoding` says: all that is understood here.
    package static let accepted = "identity,deflate,gzip"

    package var token: String { coding.rawValue }

    /// Whether `value`, that of a peer's `grpc-accept-encoding`, has this one in it.
    package func isAccepted(by value: String) -> Bool {
        value.split(separator: ",").contains { $0.filter { $0 != " " } == token }
    }

    /// The compression that `grpc-encoding` names; nil for identity.
    ///
    /// - Throws: ``RPCError`` with UNIMPLEMENTED for one that is not understood.
    package static func named(_ token: String) throws(RPCError) -> RPCCompression? {
        switch token {
        case "identity": return nil
        case "gzip": return .gzip
        case "deflate": return .deflate
        default:
            throw RPCError(
                .unimplemented,
                "The message encoding '\(token.prefix(32))' is not among \(accepted)."
            )
        }
    }

    /// Compresses a message.
    ///
    /// - Throws: ``RPCError`` when there is no memory.
    package func compress(_ content: ByteBuffer) throws(RPCError) -> ByteBuffer {
        do throws(CompressionError) {
            let window = Deflater.Window.fitting(content.readableBytes)
            var compressed = ByteBuffer()
            try Deflater(coding, level: 1, window: window)
                .compress(content, flush: .finish, into: &compressed)
            return compressed
        } catch {
            throw RPCError(.internal, "A message could not be compressed.", cause: error)
        }
    }

    /// Decompresses a message.
    ///
    /// - Parameters:
    ///   - content: What came.
    ///   - limit: The most bytes that may come out of it.
    /// - Returns: The message.
    /// - Throws: ``RPCError``: RESOURCE_EXHAUSTED above the limit, INTERNAL for what is not of the
    ///   format.
    package func decompress(
        _ content: ByteBuffer,
        upTo limit: Int
    ) throws(RPCError) -> ByteBuffer {
        do throws(CompressionError) {
            // The limit on the size is the guard here; messages of zeros are legitimate.
            let inflater = Inflater(coding, limits: .init(size: max(1, limit), ratio: 2_000))
            inflater.feed(content)
            var message = ByteBuffer()
            while let piece = try inflater.next() {
                if message.readableBytes == 0 {
                    message = piece
                } else {
                    message.writeImmutableBuffer(piece)
                }
            }
            try inflater.finish()
            return message
        } catch {
            if error.code == .tooLong {
                throw RPCError(
                    .resourceExhausted,
                    "A decompressed message is longer than the limit of \(limit) bytes."
                )
            }
            throw RPCError(.internal, "A message is not valid \(token).", cause: error)
        }
    }
}

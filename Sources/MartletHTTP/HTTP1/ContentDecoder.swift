import HTTPTypes
import NIOCore

/// Takes a message's content out of bytes (RFC 9112 §6): so many of them, chunks, or all until the
/// connection closes.
///
/// The same for requests and responses; what has been taken is held against the limits here.
struct ContentDecoder {
    private enum Coding {
        case length(Int)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    /// What came out.
    enum Output {
        /// Nothing yet.
        case needsMore
        /// A piece of content.
        case data(ByteBuffer)
        /// The end, with the trailers.
        case end(Headers?)
        /// The content is wrong, or too long.
        case refused(HTTP1Error)
    }

    private var coding = Coding.length(0)
    /// How much has come of content whose length is not known.
    private var count = 0

    /// Begins with the content of another message.
    ///
    /// - Returns: What is wrong with its length, or nil.
    @inline(__always)
    mutating func begin(_ framing: BodyFraming, limits: HTTPLimits) -> HTTP1Error? {
        count = 0
        switch framing {
        case .none: coding = .length(0)
        case .length(let length):
            coding = .length(length)
            if length > limits.bodySize { return Self.tooLong(limits) }
        case .chunked: coding = .chunked(ChunkedDecoder())
        case .untilClose: coding = .untilClose
        }
        return nil
    }

    /// Takes what it can from `buffer`.
    @inline(__always)
    mutating func next(from buffer: inout ByteBuffer, limits: HTTPLimits) -> Output {
        switch coding {
        case .length(let left):
            guard left > 0 else { return .end(nil) }
            let count = min(left, buffer.readableBytes)
            guard count > 0, let piece = buffer.readSlice(length: count) else { return .needsMore }
            coding = .length(left - count)
            return .data(piece)
        case .chunked(let decoder):
            let output = decoder.next(from: &buffer, limits: limits)
            guard case .data(let piece) = output else { return output }
            return counted(piece, limits)
        case .untilClose:
            guard buffer.readableBytes > 0 else { return .needsMore }
            let piece = buffer
            buffer = ByteBuffer()
            return counted(piece, limits)
        }
    }

    /// The whole content, when its length is known and it is all here; nothing changes when not.
    @inline(__always)
    func takeWhole(from buffer: inout ByteBuffer) -> ByteBuffer? {
        guard case .length(let count) = coding, buffer.readableBytes >= count else { return nil }
        return buffer.readSlice(length: count)
    }

    /// Whether the content ends with the connection.
    var endsWithConnection: Bool {
        if case .untilClose = coding { true } else { false }
    }

    /// Whether a chunk-size line has begun that is not complete, or the trailers are to come.
    func isWithinFraming(_ buffer: ByteBuffer) -> Bool {
        if case .chunked(let decoder) = coding { decoder.isWithinFraming(buffer) } else { false }
    }

    private mutating func counted(_ piece: ByteBuffer, _ limits: HTTPLimits) -> Output {
        count += piece.readableBytes
        guard count <= limits.bodySize else { return .refused(Self.tooLong(limits)) }
        return .data(piece)
    }

    private static func tooLong(_ limits: HTTPLimits) -> HTTP1Error {
        HTTP1Error(.contentTooLarge, "The body is longer than \(limits.bodySize) bytes.")
    }
}

import HTTPTypes
public import NIOCore

/// The content of a message: nothing, bytes that are all here, or a stream with backpressure.
///
/// A small body that arrives is whole; nothing is built to stream it. Read either kind with
/// ``collect(upTo:)`` or piece by piece with ``makeAsyncIterator()``. A streamed body can be read
/// once.
public struct Body: Sendable {
    package enum Storage: Sendable {
        case empty
        case whole(ByteBuffer)
        case trailed(TrailedContent)
        case source(any BodySource, length: Int?)
        case producer(@Sendable (BodyWriter) async throws -> Void, length: Int?)
    }

    package let storage: Storage

    package init(storage: Storage) {
        self.storage = storage
    }

    /// Makes an empty body.
    public init() {
        storage = .empty
    }

    /// Makes a body of bytes.
    public init(_ bytes: ByteBuffer) {
        storage = bytes.readableBytes == 0 ? .empty : .whole(bytes)
    }

    /// Makes a body of bytes and the trailer fields to send after them, where the protocol can
    /// carry them (RFC 9110 §6.5).
    ///
    /// Over HTTP/1.1 such a body is sent with its length, and the trailers are left out.
    public init(_ bytes: ByteBuffer, trailers: Headers) {
        storage = .trailed(TrailedContent(bytes: bytes, trailers: trailers))
    }

    /// Makes a body of a string's UTF-8.
    public init(_ string: String) {
        self.init(ByteBuffer(string: string))
    }

    /// Makes a body that `produce` writes piece by piece when the message is sent.
    ///
    /// A write suspends while the peer does not read. When the closure throws, the message is cut
    /// off so that the peer cannot take it for whole.
    ///
    /// - Parameters:
    ///   - length: The number of bytes that will be written, when it is known. Writing another
    ///     number is an error that closes the connection.
    ///   - produce: Writes the body.
    public init(
        length: Int? = nil,
        _ produce: @escaping @Sendable (BodyWriter) async throws -> Void
    ) {
        storage = .producer(produce, length: length)
    }

    /// Makes a body of a sequence's buffers; the sequence is iterated once, when it is sent.
    ///
    /// - Parameters:
    ///   - chunks: The pieces; an empty one is skipped.
    ///   - length: The number of bytes of all pieces, when it is known.
    public init<Chunks: AsyncSequence & Sendable>(streaming chunks: Chunks, length: Int? = nil)
    where Chunks.Element == ByteBuffer {
        self.init(length: length) { writer in
            for try await chunk in chunks {
                try await writer.write(chunk)
            }
        }
    }

    /// The number of bytes, when it is known before the body is read.
    public var length: Int? {
        switch storage {
        case .empty: 0
        case .whole(let bytes): bytes.readableBytes
        case .trailed(let content): content.bytes.readableBytes
        case .source(_, let length), .producer(_, let length): length
        }
    }

    /// Whether the body is known to be empty.
    public var isEmpty: Bool { length == 0 }

    /// The bytes, when they are all here already; nil for a stream.
    public var whole: ByteBuffer? {
        switch storage {
        case .empty: ByteBuffer()
        case .whole(let bytes): bytes
        case .trailed(let content): content.bytes
        case .source, .producer: nil
        }
    }

    /// The trailer fields that came after a streamed body, once it has been read to its end, or
    /// that were given with its bytes (RFC 9110 §6.5).
    public var trailers: Headers? {
        switch storage {
        case .source(let source, _): source.trailers
        case .trailed(let content): content.trailers
        case .empty, .whole, .producer: nil
        }
    }

    /// Reads the whole body.
    ///
    /// - Parameter limit: The most bytes to accept.
    /// - Returns: The bytes, copied into one buffer when they came in several pieces.
    /// - Throws: ``HTTPError`` with 413 when the body is longer than `limit`; an I/O error when
    ///   the peer breaks off; `CancellationError` when the task is cancelled.
    public func collect(upTo limit: Int) async throws -> ByteBuffer {
        if let length, length > limit {
            throw HTTPError.contentTooLarge(limit: limit)
        }
        if let whole { return whole }
        let collector = BodyCollector(limit: limit)
        try await write(to: BodyWriter(collector))
        return collector.collected
    }

    /// Writes every piece of the body to `writer`, and its trailers after them.
    ///
    /// - Throws: What the body's source or `writer` throws.
    package func write(to writer: BodyWriter) async throws {
        switch storage {
        case .empty:
            return
        case .whole(let bytes):
            try await writer.write(bytes)
        case .trailed(let content):
            try await writer.write(content.bytes)
            writer.setTrailers(content.trailers)
        case .producer(let produce, _):
            try await produce(writer)
        case .source(let source, _):
            do {
                while let chunk = try await source.next() {
                    try await writer.write(chunk)
                }
            } catch {
                source.cancel()
                throw error
            }
            if let trailers = source.trailers, !trailers.isEmpty {
                writer.setTrailers(trailers)
            }
        }
    }

    /// Says that the rest of the body will not be read, so that the connection can go on or close.
    ///
    /// Harmless on a body that is whole or has been read.
    public func discard() {
        if case .source(let source, _) = storage {
            source.cancel()
        }
    }
}

extension Body: AsyncSequence {
    /// A piece of the body; never empty.
    public typealias Element = ByteBuffer

    /// Reads the body piece by piece as it arrives.
    ///
    /// A body made of a closure that writes cannot be read this way: its iterator throws
    /// ``HTTPError`` with 500. Use ``collect(upTo:)`` for those.
    public func makeAsyncIterator() -> Iterator {
        Iterator(storage: storage)
    }

    /// Reads a body piece by piece.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private var storage: Storage

        init(storage: Storage) {
            self.storage = storage
        }

        /// What the pieces come from, when they arrive one by one.
        package var source: (any BodySource)? {
            if case .source(let source, _) = storage { source } else { nil }
        }

        /// The next piece, or nil at the end.
        ///
        /// - Throws: An I/O error when the peer breaks off or is too slow; `CancellationError`.
        public mutating func next() async throws -> ByteBuffer? {
            switch storage {
            case .empty:
                return nil
            case .whole(let bytes):
                storage = .empty
                return bytes
            case .trailed(let content):
                storage = .empty
                return content.bytes.readableBytes > 0 ? content.bytes : nil
            case .source(let source, _):
                if let piece = try source.nextNow() { return piece }
                return try await source.next()
            case .producer:
                throw HTTPError(
                    .internalServerError,
                    detail: "A body made of a writing closure cannot be iterated; collect it."
                )
            }
        }
    }
}

/// Bytes and the trailer fields after them.
///
/// A class, because a body is handed on more often than it has trailers.
package final class TrailedContent: Sendable {
    package let bytes: ByteBuffer
    package let trailers: Headers

    package init(bytes: ByteBuffer, trailers: Headers) {
        self.bytes = bytes
        self.trailers = trailers
    }
}

/// Where the pieces of a streamed body come from.
package protocol BodySource: AnyObject, Sendable {
    /// The next piece, never empty, or nil at the end.
    func next() async throws -> ByteBuffer?
    /// The next piece, when it is here; nil when it is not, or at the end.
    func nextNow() throws -> ByteBuffer?
    /// The trailers, after `next` has returned nil.
    var trailers: Headers? { get }
    /// Says that nobody will read on.
    func cancel()
}

extension BodySource {
    package func nextNow() throws -> ByteBuffer? { nil }
}

/// Where the pieces of a body go.
package protocol BodySink: AnyObject, Sendable {
    /// Takes one piece; suspends while the other side does not keep up.
    func write(_ bytes: ByteBuffer) async throws
    /// Takes one piece if that is possible without suspending.
    func writeNow(_ bytes: ByteBuffer) throws -> BodyWriteOutcome
    /// Suspends until what ``writeNow(_:)`` took has gone on.
    func drain() async throws
    /// Sends what is buffered now.
    func flush() async throws
    /// Sets the fields to send after the last piece.
    func setTrailers(_ trailers: Headers)
}

extension BodySink {
    package func writeNow(_ bytes: ByteBuffer) throws -> BodyWriteOutcome { .refused }
    package func drain() async throws {}
}

/// What becomes of a piece that is written without suspending.
package enum BodyWriteOutcome {
    /// It has gone on.
    case taken
    /// It waits for the other side, and so should the writer.
    case waiting
    /// It was not taken.
    case refused
}

/// Writes a body piece by piece.
public struct BodyWriter: Sendable {
    private let sink: any BodySink

    package init(_ sink: any BodySink) {
        self.sink = sink
    }

    /// Writes one piece; suspends while the peer does not keep up.
    ///
    /// - Throws: An I/O error when the peer has gone; `CancellationError`.
    public func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        switch try sink.writeNow(bytes) {
        case .taken: return
        case .waiting: try await sink.drain()
        case .refused: try await sink.write(bytes)
        }
    }

    /// Writes one piece, which is not empty, if that is possible without suspending.
    package func writeNow(_ bytes: ByteBuffer) throws -> BodyWriteOutcome {
        try sink.writeNow(bytes)
    }

    /// Suspends until what ``writeNow(_:)`` took has gone on.
    package func drain() async throws {
        try await sink.drain()
    }

    /// Writes a string's UTF-8.
    public func write(_ string: String) async throws {
        try await write(ByteBuffer(string: string))
    }

    /// Sends what has been written so far without waiting for more.
    public func flush() async throws {
        try await sink.flush()
    }

    /// Sets the trailer fields to send after the last piece, where the protocol can carry them
    /// (RFC 9110 §6.5).
    public func setTrailers(_ trailers: Headers) {
        sink.setTrailers(trailers)
    }
}

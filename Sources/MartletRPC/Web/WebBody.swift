import MartletHTTP
import NIOCore
import Synchronization

/// The content of a request in the format of text, decoded as it is read.
final class WebTextSource: BodySource {
    private let source: any BodySource
    private let text = Mutex(WebText())

    init(_ source: any BodySource) {
        self.source = source
    }

    var trailers: Headers? { nil }

    func next() async throws -> ByteBuffer? {
        while let piece = try await source.next() {
            let bytes = try text.withLock { text throws(RPCError) in try text.decode(piece) }
            if bytes.readableBytes > 0 { return bytes }
        }
        try text.withLock { text throws(RPCError) in try text.finish() }
        return nil
    }

    func cancel() {
        source.cancel()
    }
}

/// Writes a response's frames, and its trailers as the last of them.
final class WebSink: BodySink {
    private let writer: BodyWriter
    private let format: WebFormat
    private let trailers = Mutex<Headers?>(nil)

    init(_ writer: BodyWriter, _ format: WebFormat) {
        self.writer = writer
        self.format = format
    }

    func write(_ bytes: ByteBuffer) async throws {
        try await writer.write(format.encode(bytes))
    }

    func flush() async throws {
        try await writer.flush()
    }

    func setTrailers(_ trailers: Headers) {
        self.trailers.withLock { $0 = trailers }
    }

    /// Writes the trailers.
    func finish() async throws {
        guard let trailers = trailers.withLock({ $0 }) else { return }
        try await writer.write(format.encode(WebFormat.frame(of: trailers)))
    }
}

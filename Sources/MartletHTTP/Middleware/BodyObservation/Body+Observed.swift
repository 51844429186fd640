import NIOCore

extension Body {
    /// Whether the bytes are still to come.
    package var isStreamed: Bool {
        switch storage {
        case .empty, .whole, .trailed: false
        case .source, .producer: true
        }
    }

    /// This stream, with `onEnd` called once when it has been read, has failed or was dropped.
    ///
    /// A body whose bytes are all here is returned as it is, and nothing is called: its caller
    /// knows everything already.
    package func observed(onEnd: @escaping @Sendable (BodyObserver.End) -> Void) -> Body {
        switch storage {
        case .empty, .whole, .trailed:
            return self
        case .source(let source, let length):
            let observed = ObservedSource(source, observer: BodyObserver(onEnd: onEnd))
            return Body(storage: .source(observed, length: length))
        case .producer(let produce, let length):
            let observer = BodyObserver(onEnd: onEnd)
            return Body(length: length) { writer in
                do {
                    try await produce(BodyWriter(ObservedSink(writer, observer: observer)))
                } catch {
                    observer.end(error: error, isComplete: false)
                    throw error
                }
                observer.end(error: nil, isComplete: true)
            }
        }
    }
}

/// A body source whose pieces are counted.
final class ObservedSource: BodySource {
    private let source: any BodySource
    private let observer: BodyObserver

    init(_ source: any BodySource, observer: BodyObserver) {
        self.source = source
        self.observer = observer
    }

    var trailers: Headers? { source.trailers }

    func next() async throws -> ByteBuffer? {
        do {
            guard let chunk = try await source.next() else {
                observer.end(error: nil, isComplete: true)
                return nil
            }
            observer.count(chunk.readableBytes)
            return chunk
        } catch {
            observer.end(error: error, isComplete: false)
            throw error
        }
    }

    func cancel() {
        observer.end(error: nil, isComplete: false)
        source.cancel()
    }
}

/// Where an observed body writes: counts the pieces and passes them on.
final class ObservedSink: BodySink {
    private let writer: BodyWriter
    private let observer: BodyObserver

    init(_ writer: BodyWriter, observer: BodyObserver) {
        self.writer = writer
        self.observer = observer
    }

    func write(_ bytes: ByteBuffer) async throws {
        try await writer.write(bytes)
        observer.count(bytes.readableBytes)
    }

    func flush() async throws {
        try await writer.flush()
    }

    func setTrailers(_ trailers: Headers) {
        writer.setTrailers(trailers)
    }
}

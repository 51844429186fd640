package import NIOCore
import Synchronization

/// Decompresses a body as it is read.
package final class InflatingSource: BodySource {
    private let inflater: Mutex<Inflater>
    private let input: Mutex<Body.Iterator>
    private let body: Body
    /// What a reader sees when the content cannot be decompressed.
    private let failure: @Sendable (CompressionError) -> any Error

    /// Makes a source.
    ///
    /// - Parameters:
    ///   - body: What arrives: bytes or a stream of them, not a closure that writes.
    ///   - coding: What it is compressed with.
    ///   - limits: What it may grow to.
    ///   - failure: Makes the error that a reader sees.
    package init(
        _ body: Body,
        coding: ContentCoding,
        limits: Inflater.Limits,
        failure: @escaping @Sendable (CompressionError) -> any Error = { $0 }
    ) {
        self.body = body
        self.failure = failure
        inflater = Mutex(Inflater(coding, limits: limits))
        input = Mutex(body.makeAsyncIterator())
    }

    package var trailers: Headers? { body.trailers }

    package func next() async throws -> ByteBuffer? {
        do {
            while true {
                if let piece = try inflater.withLock({ try $0.next() }) { return piece }
                guard let bytes = try await nextInput() else {
                    try inflater.withLock { try $0.finish() }
                    return nil
                }
                inflater.withLock { $0.feed(bytes) }
            }
        } catch let error as CompressionError {
            cancel()
            throw failure(error)
        }
    }

    package func cancel() {
        body.discard()
    }

    private func nextInput() async throws -> ByteBuffer? {
        // A body has one reader, so that nobody changes the iterator in between.
        var iterator = input.withLock { $0 }
        let bytes = try await iterator.next()
        input.withLock { [iterator] in $0 = iterator }
        return bytes
    }
}

import NIOCore
import Synchronization

/// A body source that fails when more bytes come than are allowed.
final class LimitedSource: BodySource {
    private let source: any BodySource
    private let limit: Int
    private let count = Atomic<Int>(0)

    init(_ source: any BodySource, limit: Int) {
        self.source = source
        self.limit = limit
    }

    var trailers: Headers? { source.trailers }

    func next() async throws -> ByteBuffer? {
        guard let chunk = try await source.next() else { return nil }
        let total = count.wrappingAdd(chunk.readableBytes, ordering: .relaxed).newValue
        guard total <= limit else {
            source.cancel()
            throw HTTPError.contentTooLarge(limit: limit)
        }
        return chunk
    }

    func cancel() {
        source.cancel()
    }
}

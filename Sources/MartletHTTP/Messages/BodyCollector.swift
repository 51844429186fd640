package import NIOCore
import Synchronization

/// Gathers a streamed body into one buffer, up to a limit.
package final class BodyCollector: BodySink {
    private let limit: Int
    private let buffer = Mutex(ByteBuffer())
    private let trailerFields = Mutex<Headers?>(nil)

    package init(limit: Int) {
        self.limit = limit
    }

    package var collected: ByteBuffer { buffer.withLock { $0 } }

    package var trailers: Headers? { trailerFields.withLock { $0 } }

    package func write(_ bytes: ByteBuffer) async throws {
        let fits = buffer.withLock { buffer in
            guard buffer.readableBytes + bytes.readableBytes <= limit else { return false }
            if buffer.readableBytes == 0 {
                buffer = bytes
            } else {
                buffer.writeImmutableBuffer(bytes)
            }
            return true
        }
        guard fits else { throw HTTPError.contentTooLarge(limit: limit) }
    }

    package func flush() async throws {}

    package func setTrailers(_ trailers: Headers) {
        trailerFields.withLock { $0 = trailers }
    }
}

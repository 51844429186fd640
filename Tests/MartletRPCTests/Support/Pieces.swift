import MartletHTTP
import NIOCore
import Synchronization

/// A body that comes in pieces.
final class Pieces: BodySource {
    private let pieces: [ByteBuffer]
    private let position = Mutex(0)

    init(_ pieces: [ByteBuffer]) {
        self.pieces = pieces
    }

    var trailers: Headers? { nil }

    func rewind() {
        position.withLock { $0 = 0 }
    }

    func next() async throws -> ByteBuffer? {
        position.withLock { position in
            guard position < pieces.count else { return nil }
            defer { position += 1 }
            return pieces[position]
        }
    }

    func cancel() {}
}

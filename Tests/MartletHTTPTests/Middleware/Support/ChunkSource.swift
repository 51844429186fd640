import MartletHTTP
import NIOCore
import Synchronization

/// A body source with the given pieces.
final class ChunkSource: BodySource {
    private struct State {
        var chunks: [ByteBuffer]
        var isCancelled = false
    }
    private let state: Mutex<State>

    init(_ chunks: [String]) {
        state = Mutex(State(chunks: chunks.map { ByteBuffer(string: $0) }))
    }

    init(chunks: [ByteBuffer]) {
        state = Mutex(State(chunks: chunks))
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// How many pieces nobody has read.
    var remaining: Int { state.withLock { $0.chunks.count } }

    var trailers: Headers? { nil }

    func next() async throws -> ByteBuffer? {
        state.withLock { $0.chunks.isEmpty ? nil : $0.chunks.removeFirst() }
    }

    func cancel() {
        state.withLock { $0.isCancelled = true }
    }
}

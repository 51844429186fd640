import MartletCore
import MartletTransport
import NIOCore

/// A source that gives what a test wrote down, in virtual time if it has a clock.
struct ScriptedSource: ByteSource {
    enum Step {
        /// Bytes arrive.
        case bytes(ByteBuffer)
        /// Time passes before the next bytes arrive.
        case wait(Duration)
        /// Reading fails.
        case failure(any Error)
    }

    var steps: [Step]
    var clock = ManualClock()

    init(_ steps: [Step], clock: ManualClock = ManualClock()) {
        self.steps = steps.reversed()
        self.clock = clock
    }

    init(_ pieces: [String]) {
        self.init(pieces.map { .bytes(ByteBuffer(string: $0)) })
    }

    mutating func read() async throws -> ByteBuffer? {
        while let step = steps.popLast() {
            switch step {
            case .bytes(let bytes): return bytes
            case .wait(let duration): clock.advance(by: duration)
            case .failure(let error): throw error
            }
        }
        return nil
    }
}

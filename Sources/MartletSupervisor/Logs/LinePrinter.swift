import CProcess
import Glibc
import Synchronization

/// Writes lines to a terminal or a pipe from a thread of its own.
///
/// A terminal that is paused stops neither the services nor their supervision: up to
/// ``maximumWaiting`` lines wait, then the oldest are dropped and their number is told.
package final class LinePrinter: Sendable {
    /// How many lines wait for a terminal that does not keep up.
    package static let maximumWaiting = 10_000

    private struct State {
        var waiting: [JournalLine] = []
        var dropped = 0
        var everDropped = 0
        var isFinished = false
    }

    private let state = Mutex(State())
    private let painter: LinePainter
    private let descriptor: Int32
    private let wakeUp: Int32

    /// Makes a printer that writes to `descriptor`.
    package init(_ painter: LinePainter, descriptor: Int32) {
        self.painter = painter
        self.descriptor = descriptor
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC))
        precondition(wakeUp >= 0, "The kernel refuses an eventfd.")
    }

    deinit {
        close(wakeUp)
    }

    /// Adds a line to those that are to be written; does not block.
    package func add(_ line: JournalLine) {
        state.withLock { state in
            if state.waiting.count >= Self.maximumWaiting {
                let surplus = Self.maximumWaiting / 10
                state.waiting.removeFirst(surplus)
                state.dropped += surplus
                state.everDropped += surplus
            }
            state.waiting.append(line)
        }
        wake()
    }

    /// How many lines were dropped so far.
    package var droppedCount: Int { state.withLock { $0.everDropped } }

    /// Prints as long as `body` runs, and what is left after it.
    package func withThread<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        let thread = DedicatedThread(name: "martlet-print") { self.serve() }
        defer {
            state.withLock { $0.isFinished = true }
            wake()
            thread.join()
        }
        return try await body()
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeUp, &one, MemoryLayout<UInt64>.size)
    }

    private func serve() {
        var isFinished = false
        while !isFinished {
            var count: UInt64 = 0
            _ = read(wakeUp, &count, MemoryLayout<UInt64>.size)
            let batch = state.withLock { state in
                defer {
                    state.waiting = []
                    state.dropped = 0
                }
                return state
            }
            isFinished = batch.isFinished
            var text = ""
            if batch.dropped > 0 { text = "… \(batch.dropped) lines dropped\n" }
            for line in batch.waiting { text += painter.paint(line) }
            writeAll(text)
        }
    }

    /// Writes everything; gives up when nobody reads any more.
    private func writeAll(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
                continue
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

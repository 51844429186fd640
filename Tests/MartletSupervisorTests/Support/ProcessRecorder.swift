import MartletSupervisor
import Synchronization

/// Remembers what a process did.
final class ProcessRecorder: ProcessObserver {
    private let record = Mutex<(lines: [String], events: [ProcessEvent])>(([], []))
    private let ended: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init() {
        (ended, end) = AsyncStream.makeStream()
    }

    var lines: [String] { record.withLock { $0.lines } }
    var events: [ProcessEvent] { record.withLock { $0.events } }
    var processID: Int32? {
        for case .started(let processID) in events { return processID }
        return nil
    }

    func processWrote(_ line: String, to stream: OutputStream) {
        record.withLock { $0.lines.append("\(stream.rawValue): \(line)") }
    }

    func processChanged(_ event: ProcessEvent) {
        record.withLock { $0.events.append(event) }
        if case .started = event { return }
        end.finish()
    }

    /// Waits for the process's last event.
    func waitForEnd() async {
        for await _ in ended {}
    }
}

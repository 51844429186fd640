import Glibc

/// A process under guard as the process host sees it: its descriptors and what it has said.
struct GuardedProcess {
    let observer: any ProcessObserver
    let guardID: pid_t
    /// Our end of the guard's socket.
    let control: Int32
    private(set) var standardOutput: Int32?
    private(set) var standardError: Int32?

    private var outputLines = LineSplitter()
    private var errorLines = LineSplitter()
    private var controlLines = LineSplitter()
    private var group: pid_t?
    private var ending: ProcessEvent?

    /// How much is read from a descriptor at a time.
    private static let readSize = 16 * 1024

    init(observer: any ProcessObserver, started: GuardSpawner.Started) {
        self.observer = observer
        guardID = started.guardID
        control = started.control
        standardOutput = started.standardOutput
        standardError = started.standardError
    }

    /// The descriptors to wait for.
    var descriptors: [Int32] {
        [control, standardOutput, standardError].compactMap(\.self)
    }

    /// Takes in what can be read from `descriptor`; false when the process has ended.
    mutating func readable(_ descriptor: Int32) -> Bool {
        if descriptor == control { return readControl() }
        if descriptor == standardOutput, !copy(descriptor, .standardOutput) {
            close(descriptor)
            standardOutput = nil
        } else if descriptor == standardError, !copy(descriptor, .standardError) {
            close(descriptor)
            standardError = nil
        }
        return true
    }

    /// Reads what is left, gives the descriptors back and tells the observer how it ended.
    mutating func finish() {
        if ending == nil, let group {
            // The guard was killed: the kernel has killed the first process; kill its group.
            kill(-group, SIGKILL)
        }
        var status: Int32 = 0
        while waitpid(guardID, &status, 0) < 0, errno == EINTR {}
        drain(standardOutput, .standardOutput)
        drain(standardError, .standardError)
        standardOutput = nil
        standardError = nil
        close(control)
        observer.processChanged(ending ?? .exited(.signalled(SIGKILL)))
    }

    private mutating func drain(_ descriptor: Int32?, _ stream: OutputStream) {
        guard let descriptor else { return }
        // Bounded: what the pipe holds, 64 KiB, since nobody is left to write.
        for _ in 0..<64 where !copy(descriptor, stream) { break }
        flush(stream)
        close(descriptor)
    }

    /// Reads once; false at the end, or when nothing is there.
    private mutating func copy(_ descriptor: Int32, _ stream: OutputStream) -> Bool {
        var bytes = [UInt8](repeating: 0, count: Self.readSize)
        let count = read(descriptor, &bytes, bytes.count)
        if count > 0 {
            let lines =
                stream == .standardOutput
                ? outputLines.split(bytes.prefix(count)) : errorLines.split(bytes.prefix(count))
            for line in lines { observer.processWrote(line, to: stream) }
            return true
        }
        if count < 0, errno == EINTR || errno == EAGAIN {
            return true
        }
        flush(stream)
        return false
    }

    /// Hands on the last line, which had no end.
    private mutating func flush(_ stream: OutputStream) {
        let rest = stream == .standardOutput ? outputLines.finish() : errorLines.finish()
        if let rest { observer.processWrote(rest, to: stream) }
    }

    private mutating func readControl() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(control, &bytes, bytes.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return true }
        guard count > 0 else { return false }
        for line in controlLines.split(bytes.prefix(count)) {
            let words = line.split(separator: " ")
            guard words.count == 2, let number = Int32(words[1]) else { continue }
            switch words[0] {
            case "group": group = number
            case "pid": observer.processChanged(.started(number))
            case "exit": ending = .exited(.exited(number))
            case "signal": ending = .exited(.signalled(number))
            case "error": ending = .failed(String(cString: strerror(number)))
            default: break
            }
        }
        return true
    }
}

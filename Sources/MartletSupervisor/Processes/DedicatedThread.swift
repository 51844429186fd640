import CProcess
import Glibc

/// A thread of its own for a loop that blocks in the kernel.
struct DedicatedThread: Sendable {
    /// Carries the closure over to the thread.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let thread: pthread_t

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: What `top -H` shows; at most 15 bytes.
    ///   - body: What it does; the thread ends when this returns.
    init(name: String, _ body: @escaping @Sendable () -> Void) {
        precondition(name.utf8.count <= 15, "Linux names a thread with at most 15 bytes.")
        var thread = pthread_t()
        // The retained reference is balanced by the release in the thread's first line.
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let code = pthread_create(
            &thread,
            nil,
            { pointer in
                guard let pointer else { return nil }
                let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
                martlet_name_thread(start.name)
                start.body()
                return nil
            },
            start.toOpaque()
        )
        precondition(code == 0, "No thread could be started: \(String(cString: strerror(code))).")
        self.thread = thread
    }

    /// Waits until the thread has ended.
    func join() {
        pthread_join(thread, nil)
    }
}

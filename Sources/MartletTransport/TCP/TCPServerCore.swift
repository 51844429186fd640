import Logging
import MartletCore
import Synchronization

/// What the connections of one TCP server share: it runs their handlers.
final class TCPServerCore: TCPStreamKeeper {
    private let handler: @Sendable (TCPStream) async throws -> Void
    private let logger: Logger
    private let label: WorkLabel

    init(
        logger: Logger,
        label: WorkLabel,
        handler: @escaping @Sendable (TCPStream) async throws -> Void
    ) {
        self.handler = handler
        self.logger = logger
        self.label = label
    }

    func opened(_ stream: TCPStream) {
        if stream.connection?.isOverLimit == true {
            refuse(stream, "The server has too many connections.")
        } else {
            start(stream)
        }
    }

    func closed(_ stream: TCPStream, broke: Bool) {
        if broke {
            stream.cancelHandler()
        }
    }

    /// Resets a connection that came over a limit: its handler never sees it.
    private func refuse(_ stream: TCPStream, _ reason: String) {
        logger.debug("A connection was refused: \(reason)", metadata: metadata(of: stream))
        stream.abort(.closedHere)
    }

    // MARK: The handler

    /// Starts the handler, on the stream's loop, now.
    private func start(_ stream: TCPStream) {
        let activity = stream.loop.activity
        activity.begin()
        activity.setLabel(label)
        // One frame, which captures one word: every connection that waits holds it. It needs no
        // cancellation handler, which would be two more and a lock, because who cancels the task
        // says so to the stream.
        let task = Task.immediate(executorPreference: stream.loop) {
            guard let core = stream.keeper as? TCPServerCore else { return }
            stream.beginRootTask()
            do {
                try await core.handler(stream)
                core.ended(stream, nil)
            } catch {
                core.ended(stream, error)
            }
        }
        activity.end()
        guard !stream.isHandlerDone else { return }
        stream.task = task
        if stream.phase == .closed {
            // It broke while the handler ran for the first time.
            stream.cancelHandler()
        }
        activity.suspend(task: Self.address(of: task), label: label)
    }

    private static func address(of task: Task<Void, Never>) -> UInt {
        // Sound because only the address is kept, to be compared with that of the task's jobs.
        unsafeBitCast(task, to: UInt.self)
    }

    /// The handler is done; its task is on the loop, as long as the loop runs.
    private func ended(_ stream: TCPStream, _ failure: (any Error)?) {
        guard stream.loop.isCurrent else {
            return stream.loop.run { self.ended(stream, failure) }
        }
        stream.isHandlerDone = true
        stream.rootTask = 0
        if let task = stream.task {
            stream.loop.activity.forget(task: Self.address(of: task))
            stream.task = nil
        }
        stream.loop.turn {
            if let failure {
                report(failure, of: stream)
                stream.abort(.closedHere)
            } else {
                stream.beginClosing()
            }
        }
    }

    /// Says what a handler threw: an error of its own loudly, one that its peer brought about
    /// softly.
    private func report(_ error: any Error, of stream: TCPStream) {
        let isPeers = error is TCPError || error is FramingError || error is CancellationError
        let level: Logger.Level = isPeers ? .debug : .error
        guard logger.logLevel <= level else { return }
        var metadata = metadata(of: stream)
        metadata["error"] = "\(error)"
        logger.log(
            level: level,
            isPeers
                ? "A TCP connection ended early."
                : "A TCP handler threw; its connection was reset.",
            metadata: metadata
        )
    }

    private func metadata(of stream: TCPStream) -> Logger.Metadata {
        ["peer": "\(stream.remoteAddress?.description ?? "unknown")"]
    }
}

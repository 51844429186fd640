extension Ban {
    /// Everything that is banned.
    static let all = concurrency + locks + time + safety + output + rooms + testing

    private static let structured =
        "a task outside a scope outlives its caller and loses its errors"

    private static let concurrency = [
        Ban(pattern: "Task {", replacement: "a task group or async let", reason: structured),
        Ban(pattern: "Task(", replacement: "a task group or async let", reason: structured),
        Ban(pattern: "Task.detached", replacement: "a task group", reason: structured),
        Ban(
            pattern: "Task.immediate",
            replacement: "a task group",
            reason: "the engine alone starts tasks without a scope",
            excused: [
                "Sources/MartletTransport/TCP/TCPServerCore.swift":
                    "the task of a connection's handler, cancelled with the connection",
                "Tests/MartletTransportTests/TCP/VirtualStream.swift":
                    "stands for the server, which starts its handlers so",
                "Sources/MartletHTTP/Server/ServerConnection+Calls.swift":
                    "the task of a request, cancelled with its connection",
                "Sources/MartletHTTP/HTTP2/Server/HTTP2ServerStream.swift":
                    "the task of a stream's request, cancelled with the stream",
                "Sources/MartletHTTP/Client/ClientConnection+Exchange.swift":
                    "sends a streamed body beside the response, cancelled with the exchange",
                "Sources/MartletHTTP/HTTP2/Client/HTTP2ClientConnection+Requests.swift":
                    "sends a streamed body beside the response, cancelled with the exchange",
                "Sources/MartletHTTP/Client/InMemory/BodyPipe.swift":
                    "writes a body that is read elsewhere, cancelled with its reader",
                "Sources/MartletRPC/Messages/RPCOpening.swift":
                    "a call whose messages are read elsewhere, cancelled with their reader",
                "Sources/MartletRPC/Client/RPCIncomingAnswer.swift":
                    "the deadline of an answer that streams, cancelled with the answer",
            ]
        ),
        Ban(
            pattern: "DispatchQueue",
            replacement: "the loop, or the engine's door for blocking work",
            reason: "a second thread pool competes with the event loops"
        ),
        Ban(
            pattern: "DispatchSemaphore",
            replacement: "await",
            reason: "a blocked thread may be an event loop"
        ),
        Ban(
            pattern: "DispatchGroup",
            replacement: "a task group",
            reason: "a blocked thread may be an event loop"
        ),
    ]

    private static let oneLock = "one kind of lock, checked by the compiler"

    private static let locks = [
        Ban(pattern: "NSLock", replacement: "Synchronization.Mutex", reason: oneLock),
        Ban(pattern: "NSRecursiveLock", replacement: "Synchronization.Mutex", reason: oneLock),
        Ban(pattern: "NIOLock", replacement: "Synchronization.Mutex", reason: oneLock),
        Ban(pattern: "NIOLockedValueBox", replacement: "Synchronization.Mutex", reason: oneLock),
        Ban(pattern: "ManagedAtomic", replacement: "Synchronization.Atomic", reason: oneLock),
        Ban(pattern: "pthread_mutex_t", replacement: "Synchronization.Mutex", reason: oneLock),
    ]

    private static let virtualTime = "what waits takes a clock, so that tests run in virtual time"

    private static let time = [
        Ban(
            pattern: "Thread.sleep",
            replacement: "clock.sleep",
            reason: "a blocked thread may be an event loop"
        ),
        Ban(
            pattern: "usleep(",
            replacement: "clock.sleep",
            reason: "a blocked thread may be an event loop",
            excused: [
                "Sources/MartletTransport/Loops/Watchdog.swift":
                    "the watchdog has a thread of its own, so that a held loop cannot hold it"
            ]
        ),
        Ban(
            pattern: "Task.sleep",
            replacement: "clock.sleep",
            reason: virtualTime,
            scope: .libraries,
            excused: [
                "Sources/MartletHTTP/Server/HTTPServer.swift":
                    "the grace period of a shutdown ends in real time, as its sockets do"
            ]
        ),
        Ban(
            pattern: "DateFormatter",
            replacement: "the HTTP date and RFC 3339 writers",
            reason: "Foundation's formatters allocate and depend on the locale",
            scope: .libraries
        ),
        Ban(
            pattern: "ISO8601DateFormatter",
            replacement: "the RFC 3339 writer",
            reason: "Foundation's formatters allocate",
            scope: .libraries
        ),
        Ban(
            pattern: "SuspendingClock",
            replacement: "ContinuousClock",
            reason: "a deadline does not stop while the machine sleeps"
        ),
    ]

    private static let safety = [
        Ban(pattern: "try!", replacement: "try", reason: "a failure must reach its handler"),
        Ban(pattern: "as!", replacement: "as? with a guard", reason: "a failure must be handled"),
        Ban(
            pattern: "fatalError()",
            replacement: "fatalError with a sentence",
            reason: "whoever reads the crash must know why"
        ),
        Ban(
            pattern: "preconditionFailure()",
            replacement: "preconditionFailure with a sentence",
            reason: "whoever reads the crash must know why"
        ),
    ]

    private static let output = [
        Ban(
            pattern: "print(",
            replacement: "a Logger",
            reason: "a library does not own its process's output",
            scope: .libraries,
            excused: [
                "Sources/MartletSupervisor/Logs/Journal.swift": "a method of its own",
                "Sources/MartletSupervisor/Logs/LinePrinter.swift": "a method of its own",
                "Sources/Martlet/Service/Service+Run.swift": "the answer to --help",
            ]
        ),
        Ban(
            pattern: "debugPrint(",
            replacement: "a Logger",
            reason: "left over from debugging"
        ),
        Ban(pattern: "NSLog(", replacement: "a Logger", reason: "it bypasses the log's handler"),
        Ban(
            pattern: "String(format:",
            replacement: "interpolation",
            reason: "it is slow and unchecked by the compiler",
            scope: .libraries
        ),
    ]

    private static let loops = "event loops, channels and futures stay inside MartletTransport"

    private static let rooms = [
        Ban(
            pattern: "import NIOPosix",
            replacement: "MartletTransport",
            reason: loops,
            scope: .outsideTransport
        ),
        Ban(
            pattern: "import NIOSSL",
            replacement: "MartletTransport's TLS",
            reason: loops,
            scope: .outsideTransport
        ),
        Ban(
            pattern: "EventLoopFuture",
            replacement: "async",
            reason: loops,
            scope: .outsideTransport
        ),
        Ban(
            pattern: "EventLoopPromise",
            replacement: "async",
            reason: loops,
            scope: .outsideTransport
        ),
        Ban(
            pattern: "URLSession",
            replacement: "HTTPClient",
            reason: "one client, with the resilience that every call gets"
        ),
    ]

    private static let testing = [
        Ban(
            pattern: "import XCTest",
            replacement: "import Testing",
            reason: "one test library, whose tests are named as sentences"
        )
    ]
}

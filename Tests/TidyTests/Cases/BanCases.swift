extension RuleCase {
    /// A ban must see its word in code and must not see it in a comment, in a string or as a part
    /// of a longer word.
    static let bans =
        [
            RuleCase(
                "ban Task {",
                flagged: "func start() { Task { await run() } }",
                accepted: "group.addTask { await run() } // no Task { here"
            ),
            RuleCase(
                "ban Task(",
                flagged: "let task = Task(priority: .high) { await run() }",
                accepted: "withTask(1) { print(\"Task(\") }"
            ),
            RuleCase(
                "ban Task.detached",
                flagged: "Task.detached { await run() }",
                accepted: "/* Task.detached /* nested */ still a comment */ Task.isCancelled"
            ),
            RuleCase(
                "ban Task.immediate",
                flagged: "Task.immediate { await run() }",
                accepted: "task.immediate = true"
            ),
            RuleCase(
                "ban DispatchQueue",
                flagged: "DispatchQueue.main.async { }",
                accepted: "let name = #\"a \"DispatchQueue\" in quotes\"#"
            ),
            RuleCase(
                "ban DispatchSemaphore",
                flagged: "let semaphore = DispatchSemaphore(value: 0)",
                accepted: "let semaphore = Semaphore(limit: 3)"
            ),
            RuleCase(
                "ban DispatchGroup",
                flagged: "let group = DispatchGroup()",
                accepted: "await withTaskGroup(of: Void.self) { group in }"
            ),
            RuleCase("ban NSLock", flagged: "let lock = NSLock()", accepted: "let a = Mutex(0)"),
            RuleCase(
                "ban NSRecursiveLock",
                flagged: "let lock = NSRecursiveLock()",
                accepted: "let lock = Mutex(0)"
            ),
            RuleCase("ban NIOLock", flagged: "let lock = NIOLock()", accepted: "let a = Mutex(0)"),
            RuleCase(
                "ban NIOLockedValueBox",
                flagged: "let box = NIOLockedValueBox(0)",
                accepted: "let box = Mutex(0)"
            ),
            RuleCase(
                "ban ManagedAtomic",
                flagged: "let count = ManagedAtomic(0)",
                accepted: "let count = Atomic(0)"
            ),
            RuleCase(
                "ban pthread_mutex_t",
                flagged: "var lock = pthread_mutex_t()",
                accepted: "let lock = Mutex(0)"
            ),
            RuleCase(
                "ban Thread.sleep",
                in: "Tests/MartletHTTPTests/Router/RouterTests.swift",
                flagged: "Thread.sleep(forTimeInterval: 1)",
                accepted: "try await clock.sleep(for: .seconds(1))"
            ),
            RuleCase("ban usleep(", flagged: "usleep(1000)", accepted: "clock.sleep(until: later)"),
            RuleCase(
                "ban Task.sleep",
                flagged: "try await Task.sleep(for: .seconds(1))",
                accepted: "try await clock.sleep(for: .seconds(1))"
            ),
            RuleCase(
                "ban DateFormatter",
                flagged: "let format = DateFormatter()",
                accepted: "let format = HTTPDateFormatter()"
            ),
            RuleCase(
                "ban ISO8601DateFormatter",
                flagged: "ISO8601DateFormatter().string(from: now)",
                accepted: "Timestamp(now).description"
            ),
            RuleCase(
                "ban SuspendingClock",
                flagged: "let start = SuspendingClock.now",
                accepted: "let start = ContinuousClock.now"
            ),
        ] + plainBans

    private static let plainBans = [
        RuleCase("ban try!", flagged: "let a = try! read()", accepted: "let a = try read()"),
        RuleCase("ban as!", flagged: "let a = b as! Int", accepted: "let a = b as? Int"),
        RuleCase("ban fatalError()", flagged: "fatalError()", accepted: "fatalError(\"why\")"),
        RuleCase(
            "ban preconditionFailure()",
            flagged: "preconditionFailure()",
            accepted: "preconditionFailure(\"why\")"
        ),
        RuleCase(
            "ban print(",
            flagged: "let text = \"\\(print(1))\"",
            accepted: "/// print(1)\nfingerprint(1)"
        ),
        RuleCase("ban debugPrint(", flagged: "debugPrint(a)", accepted: "logger.debug(a)"),
        RuleCase("ban NSLog(", flagged: "NSLog(\"a\")", accepted: "logger.info(\"NSLog(\")"),
        RuleCase(
            "ban String(format:",
            flagged: "String(format: \"%d\", 1)",
            accepted: "String(1)"
        ),
        RuleCase(
            "ban import NIOPosix",
            flagged: "package import NIOPosix",
            accepted: "import NIOCore"
        ),
        RuleCase("ban import NIOSSL", flagged: "import NIOSSL", accepted: "import NIOCore"),
        RuleCase(
            "ban EventLoopFuture",
            flagged: "func run() -> EventLoopFuture<Void>",
            accepted: "func run() async"
        ),
        RuleCase(
            "ban EventLoopPromise",
            flagged: "let promise: EventLoopPromise<Void>",
            accepted: "func run() async"
        ),
        RuleCase("ban URLSession", flagged: "URLSession.shared", accepted: "HTTPClient()"),
        RuleCase("ban import XCTest", flagged: "import XCTest", accepted: "import Testing"),
    ]
}

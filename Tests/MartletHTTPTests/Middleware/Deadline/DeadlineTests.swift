import HTTPTypes
import InMemoryLogging
import Logging
import MartletCore
import MartletHTTP
import Testing

@Suite struct DeadlineTests {
    private let clock = ManualClock()

    private func context(scope: RecordingScope? = nil) -> CallContext {
        var context = CallContext()
        context.scope = scope
        return context
    }

    @Test("the call's deadline is its arrival plus the timeout, and an earlier one stays")
    func tightens() async throws {
        let layer = Deadline<String, String>(timeout: .seconds(5), clock: clock)
        let start = clock.now
        let scope = RecordingScope()
        var context = context(scope: scope)
        context.arrival = start
        clock.advance(by: .seconds(1))
        _ = try await layer.answer("", context: context) { _, context in
            #expect(context.deadline == start.advanced(by: .seconds(5)))
            return ""
        }
        context.deadline = start.advanced(by: .seconds(2))
        _ = try await layer.answer("", context: context) { _, context in
            #expect(context.deadline == start.advanced(by: .seconds(2)))
            return ""
        }
        #expect(
            scope.cancellations == [
                start.advanced(by: .seconds(5)), start.advanced(by: .seconds(2)),
            ]
        )
    }

    /// Runs a handler that sleeps for ten seconds, lets eight pass, and cancels as asked.
    private func sleepPast(scope: RecordingScope?, cancelsTask: Bool) async throws -> String? {
        let layer = Deadline<String, String>(timeout: .seconds(5), clock: clock)
        return try await withThrowingTaskGroup(of: String.self) { [clock] group in
            group.addTask {
                try await layer.answer("", context: context(scope: scope)) { _, _ in
                    try await clock.sleep(
                        until: clock.now.advanced(by: .seconds(10)),
                        tolerance: nil
                    )
                    return "late"
                }
            }
            try await clock.waitForSleepers(scope == nil ? 2 : 1)
            clock.advance(by: .seconds(8))
            if cancelsTask { group.cancelAll() }
            return try await group.next()
        }
    }

    @Test("under a server the cancelled call is 504 after its deadline")
    func scoped() async throws {
        let error = await #expect(throws: HTTPError.self) {
            try await sleepPast(scope: RecordingScope(), cancelsTask: true)
        }
        #expect(error?.status == .gatewayTimeout)
        #expect(error?.cause is CancellationError)
    }

    @Test("without a server the handler races the clock")
    func raced() async throws {
        let error = await #expect(throws: HTTPError.self) {
            try await sleepPast(scope: nil, cancelsTask: false)
        }
        #expect(error?.status == .gatewayTimeout)
        #expect(clock.sleeperCount == 0)
    }

    @Test("a call that is cancelled before its deadline stays a cancellation")
    func peerGone() async throws {
        let layer = Deadline<String, String>(timeout: .seconds(5), clock: clock)
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: String.self) { group in
                group.cancelAll()
                group.addTask {
                    try await layer.answer("", context: context(scope: RecordingScope())) { _, _ in
                        throw CancellationError()
                    }
                }
                _ = try await group.next()
            }
        }
    }

    @Test("an error before the deadline passes through")
    func otherError() async throws {
        let layer = Deadline<String, String>(clock: clock)
        for scope in [nil, RecordingScope()] {
            await #expect(throws: UnknownError.self) {
                try await layer.answer("", context: context(scope: scope)) { _, _ in
                    throw UnknownError()
                }
            }
        }
    }

    @Test("a caller's timeout shortens the server's and never lengthens it")
    func header() async throws {
        let layer = Deadline<Request, Response>(
            timeout: .seconds(5),
            header: .xRequestTimeout,
            clock: clock
        )
        let start = clock.now
        func deadline(_ value: String) async throws -> Duration? {
            let scope = RecordingScope()
            let request = Request(.get, "/", headers: [.xRequestTimeout: value])
            _ = try await layer.answer(request, context: context(scope: scope)) { _, _ in
                Response(.ok)
            }
            return scope.cancellations.first.map { start.duration(to: $0) }
        }
        #expect(try await deadline("250m") == .milliseconds(250))
        #expect(try await deadline("1H") == .seconds(5))
        let malformed = await #expect(throws: HTTPError.self) { try await deadline("soon") }
        #expect(malformed?.status == .badRequest)
        let over = await #expect(throws: HTTPError.self) { try await deadline("0m") }
        #expect(over?.status == .gatewayTimeout)
    }

    /// What is logged when a handler sleeps for ten seconds under a server's timeout of five.
    private func logged(callersTimeout: String?, scope: RecordingScope?) async throws -> [String] {
        let handler = InMemoryLogHandler()
        var logger = Logger(label: "test") { _ in handler }
        logger.logLevel = .debug
        let stack = Deadline<Request, Response>(
            timeout: .seconds(5),
            header: .xRequestTimeout,
            clock: clock
        )
        let access = AccessLog(.init(slowThreshold: .seconds(60)), logger: logger, clock: clock)
        let errors = ErrorRendering(logger: logger)
        var request = Request(.get, "/")
        request.headers[.xRequestTimeout] = callersTimeout
        let answer = try await withThrowingTaskGroup(of: Response.self) { [clock, request] group in
            group.addTask {
                try await access.answer(request, context: context(scope: scope)) {
                    request,
                    context in
                    try await errors.answer(request, context: context) { request, context in
                        try await stack.answer(request, context: context) { _, _ in
                            try await clock.sleep(
                                until: clock.now.advanced(by: .seconds(10)),
                                tolerance: nil
                            )
                            return Response("late")
                        }
                    }
                }
            }
            try await clock.waitForSleepers(scope == nil ? 2 : 1)
            clock.advance(by: .seconds(6))
            if scope != nil { group.cancelAll() }
            return try await group.next()
        }
        #expect(answer?.status == .gatewayTimeout)
        return handler.entries.map { "\($0.level)" }
    }

    @Test("a caller whose own timeout is too short is no error of the server's")
    func blame() async throws {
        for scope in [nil, RecordingScope()] {
            #expect(
                try await logged(callersTimeout: "100m", scope: scope) == ["debug", "info"]
            )
            #expect(try await logged(callersTimeout: "1M", scope: scope) == ["error", "error"])
            #expect(try await logged(callersTimeout: nil, scope: scope) == ["error", "error"])
        }
    }

    @Test("a client's timeout cancels only what is inside of it")
    func clientTimeout() async throws {
        let layer = Timeout<String, String>(.seconds(1), clock: clock)
        let scope = RecordingScope()
        let error = await #expect(throws: HTTPError.self) {
            try await withThrowingTaskGroup(of: String.self) { [clock] group in
                group.addTask {
                    try await layer.answer("", context: context(scope: scope)) { _, context in
                        #expect(context.deadline != nil)
                        try await clock.sleep(
                            until: clock.now.advanced(by: .seconds(10)),
                            tolerance: nil
                        )
                        return "late"
                    }
                }
                try await clock.waitForSleepers(2)
                clock.advance(by: .seconds(1))
                _ = try await group.next()
            }
        }
        #expect(error?.status == .gatewayTimeout)
        #expect(scope.cancellations.isEmpty)
    }

    @Test("a client sends the time that is left, and makes no call when none is")
    func forwarding() async throws {
        let layer = DeadlineForwarding(clock: clock)
        var context = CallContext(deadline: clock.now.advanced(by: .milliseconds(1_500)))
        let echo = { @Sendable (request: Request, _: CallContext) in
            Response(.ok, headers: request.headers)
        }
        let request = Request(.get, "http://b/")
        let sent = try await layer.answer(request, context: context, with: echo)
        #expect(sent.headers[.xRequestTimeout] == "1500000u")
        context.deadline = clock.now
        let error = await #expect(throws: HTTPError.self) {
            try await layer.answer(request, context: context, with: echo)
        }
        #expect(error?.status == .gatewayTimeout)
        let none = try await layer.answer(request, with: echo)
        #expect(none.headers.isEmpty)
    }
}

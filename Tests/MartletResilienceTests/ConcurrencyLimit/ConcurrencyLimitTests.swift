import HTTPTypes
import MartletCore
import MartletHTTP
import MartletResilience
import Testing

@Suite("Concurrency limit")
struct ConcurrencyLimitTests {
    /// A handler whose calls end when the test says so.
    private final class Gate: Handler {
        private let doors = Semaphore(permits: 1000, maximumWaiters: 1000)

        init() {
            for _ in 0..<1000 { _ = doors.tryAcquire() }
        }

        var entered: Int { doors.waiterCount }

        func open() { doors.release() }

        func handle(_ request: String, context: CallContext) async throws -> String {
            try await doors.acquire()
            return request
        }
    }

    private let clock = ManualClock()
    private let gate = Gate()

    private func limit(_ limits: ConcurrencyLimits) -> ConcurrencyLimit<String, String> {
        ConcurrencyLimit(limits, clock: clock) { $0 }
    }

    private func wait(until condition: () -> Bool) async throws {
        while !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    @Test("what does not fit waits its turn, and the rest is refused")
    func queue() async throws {
        let limit = limit(ConcurrencyLimits(maximumInFlight: 2, maximumQueued: 1))
        let context = CallContext()
        try await withThrowingTaskGroup(of: String.self) { group in
            for name in ["a", "b"] {
                group.addTask { try await limit.intercept(name, context: context, next: gate) }
            }
            try await wait { gate.entered == 2 }
            group.addTask { try await limit.intercept("c", context: context, next: gate) }
            try await wait { limit.queued == 1 }
            #expect(gate.entered == 2)
            let error = await #expect(throws: OverloadError.self) {
                try await limit.intercept("d", context: context, next: gate)
            }
            #expect(error?.code == .queueFull)
            gate.open()
            _ = try await group.next()
            try await wait { gate.entered == 2 }
            #expect(limit.queued == 0)
            gate.open()
            gate.open()
            try await group.waitForAll()
        }
        #expect(limit.inFlight == 0)
    }

    @Test("nobody waits longer than the maximum")
    func maximumWait() async throws {
        let limits = ConcurrencyLimits(
            maximumInFlight: 1,
            maximumQueued: 5,
            maximumWait: .seconds(2)
        )
        try await expectRefusal(limits, context: CallContext(), after: .seconds(2))
    }

    @Test("nobody waits past the call's deadline")
    func deadline() async throws {
        let limits = ConcurrencyLimits(
            maximumInFlight: 1,
            maximumQueued: 5,
            maximumWait: .seconds(60)
        )
        let context = CallContext(deadline: clock.now + .seconds(3))
        try await expectRefusal(limits, context: context, after: .seconds(3))
    }

    /// Expects that a second call is still waiting just before `time` and refused at it.
    private func expectRefusal(
        _ limits: ConcurrencyLimits,
        context: CallContext,
        after time: Duration
    ) async throws {
        let limit = limit(limits)
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask { try await limit.intercept("a", context: context, next: gate) }
            try await wait { gate.entered == 1 }
            group.addTask {
                let error = await #expect(throws: OverloadError.self) {
                    try await limit.intercept("b", context: context, next: gate)
                }
                #expect(error?.code == .waitedTooLong)
                return "refused"
            }
            try await clock.waitForSleepers()
            clock.advance(by: time - .nanoseconds(1))
            for _ in 0..<50 { await Task.yield() }
            #expect(limit.queued == 1)
            clock.advance(by: .nanoseconds(1))
            #expect(try await group.next() == "refused")
            gate.open()
            try await group.waitForAll()
        }
    }

    @Test("a call that fails or is cancelled gives its place back")
    func failure() async throws {
        let limit = limit(ConcurrencyLimits(maximumInFlight: 1, maximumQueued: 0))
        let failing = ClosureHandler<String, String> { _, _ in throw CancellationError() }
        for _ in 0..<3 {
            await #expect(throws: CancellationError.self) {
                try await limit.intercept("a", context: CallContext(), next: failing)
            }
        }
        #expect(limit.inFlight == 0)
    }

    @Test("HTTP answers a refused call with 503 and Retry-After")
    func http() async throws {
        let limits = ConcurrencyLimits(
            maximumInFlight: 1,
            maximumQueued: 0,
            retryAfter: .milliseconds(1500)
        )
        let limit = ConcurrencyLimit<Request, Response>(limits, clock: clock)
        let nested = ClosureHandler<Request, Response> { request, context in
            let inner = ClosureHandler<Request, Response> { _, _ in Response() }
            return try await limit.intercept(request, context: context, next: inner)
        }
        let error = await #expect(throws: HTTPError.self) {
            try await limit.intercept(Request(.get, "/"), context: CallContext(), next: nested)
        }
        #expect(error?.status == .serviceUnavailable)
        #expect(error?.headers[.retryAfter] == "2")
    }
}

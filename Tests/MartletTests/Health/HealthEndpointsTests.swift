import HTTPTypes
import Martlet
import MartletCore
import Testing

@Suite("Health answers")
struct HealthEndpointsTests {
    private struct Broken: Error {}

    @Test("a service without checks is live and ready")
    func plain() async throws {
        let handler = try Service.forTests().handler()
        let live = try await handler.get("/health/live")
        #expect(live.status == .ok)
        #expect(live.text == #"{"status":"live"}"#)
        let ready = try await handler.get("/health/ready")
        #expect(ready.status == .ok)
        #expect(ready.text == #"{"status":"ready","checks":{}}"#)
        #expect(ready.headers[.cacheControl] == "no-store")
    }

    @Test("one failed check of several makes a service unready, and its error is not shown")
    func failedCheck() async throws {
        var service = Service.forTests()
        service.ready("cache") {}
        service.ready("\"db\"") { throw Broken() }
        let ready = try await service.handler().get("/health/ready")
        #expect(ready.status == .serviceUnavailable)
        let expected =
            #"{"status":"unready","checks":{"cache":{"status":"ready"},"#
            + #""\"db\"":{"status":"failed"}}}"#
        #expect(ready.text == expected)
    }

    @Test("a check that takes too long counts as failed")
    func slowCheck() async throws {
        let clock = ManualClock()
        var service = Service.forTests()
        service.clock = clock
        service.ready("db") { try await clock.sleep(for: .seconds(3600)) }
        let handler = try service.handler()
        async let answer = handler.get("/health/ready")
        try await clock.waitForSleepers(2)
        clock.advance(by: .seconds(1))
        let ready = try await answer
        #expect(ready.status == .serviceUnavailable)
        #expect(ready.text.contains(#""db":{"status":"timed out"}"#))
    }

    @Test("a service that shuts down is live but not ready")
    func draining() async throws {
        let service = Service.forTests()
        let state = ServiceState(clock: ManualClock())
        let settings = try ServiceSettings(service.configuration)
        let handler = try service.handler(state: state, settings: settings)
        state.drain()
        let ready = try await handler.get("/health/ready")
        #expect(ready.status == .serviceUnavailable)
        #expect(ready.text.contains(#""status":"draining""#))
        #expect(try await handler.get("/health/live").status == .ok)
    }

    @Test("the statistics count requests and failures, but no probes")
    func statistics() async throws {
        let clock = ManualClock()
        var service = Service.forTests()
        service.clock = clock
        service.get("/good") { _, _ in "good" }
        service.get("/bad") { _, _ in HTTPResponse.Status.internalServerError }
        let handler = try service.handler()
        for path in ["/good", "/good", "/bad", "/health/live", "/health/ready"] {
            _ = try await handler.get(path)
        }
        clock.advance(by: .seconds(90))
        let statistics = try await handler.get("/health/stats")
        let expected = #"{"requests":3,"failures":1,"active":0,"uptimeSeconds":90}"#
        #expect(statistics.text == expected)
    }

    @Test("a request in flight is counted as active")
    func active() async throws {
        let clock = ManualClock()
        var service = Service.forTests()
        service.usesStandardLayers = false
        service.clock = clock
        service.get("/slow") { _, _ in
            try await clock.sleep(for: .seconds(1))
            return "done"
        }
        let handler = try service.handler()
        async let slow = handler.get("/slow")
        try await clock.waitForSleepers()
        #expect(try await handler.get("/health/stats").text.contains(#""active":1"#))
        clock.advance(by: .seconds(1))
        _ = try await slow
        #expect(try await handler.get("/health/stats").text.contains(#""active":0"#))
    }

    @Test("other methods and paths are refused")
    func refusals() async throws {
        let handler = try Service.forTests().handler()
        let post = try await handler.handle(Request(.post, "/health/live"), context: CallContext())
        #expect(post.status == .methodNotAllowed)
        #expect(post.headers[.allow] == "GET, HEAD")
        #expect(try await handler.get("/health/other").status == .notFound)
    }

    @Test("the path can be another, or none")
    func configured() async throws {
        var moved = Service.forTests()
        moved.health.path = "/status"
        #expect(try await moved.handler().get("/status/live").status == .ok)

        var off = Service.forTests()
        off.health.isEnabled = false
        off.get("/health/live") { _, _ in "mine" }
        #expect(try await off.handler().get("/health/live").text == "mine")
    }
}

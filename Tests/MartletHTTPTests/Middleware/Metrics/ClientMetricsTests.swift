import HTTPTypes
import MartletCore
import MartletHTTP
import Metrics
import MetricsTestKit
import Testing

@Suite struct ClientMetricsTests {
    private let factory = TestMetrics()
    private let clock = ManualClock()

    @Test("calls are measured by the authority that was called, not from the server's arrival")
    func labels() async throws {
        var context = CallContext()
        context.arrival = clock.now
        clock.advance(by: .seconds(9))
        let layer = ClientMetrics(factory: factory, clock: clock)
        let request = Request(.get, "https://api.example.com/v1")
        _ = try await layer.answer(request, context: context) { [clock] _, _ in
            clock.advance(by: .milliseconds(2))
            return Response(.ok)
        }
        let timer = try #require(factory.timers(label: "http.client.request.duration").first)
        #expect(timer.lastValue == 2_000_000)
        let labels = Dictionary(uniqueKeysWithValues: timer.dimensions)
        #expect(labels["server.address"] == "api.example.com")
        #expect(labels["url.scheme"] == "https")
        #expect(labels["http.response.status_code"] == "200")
    }

    @Test("a call without a response has an error type and no status")
    func failed() async throws {
        let layer = ClientMetrics(factory: factory, clock: clock)
        await #expect(throws: UnknownError.self) {
            try await layer.answer(Request(.get, "http://a/")) { _, _ in throw UnknownError() }
        }
        let labels = Dictionary(
            uniqueKeysWithValues: try #require(factory.timers.first).dimensions
        )
        #expect(labels["http.response.status_code"] == nil)
        #expect(labels["error.type"] == "_OTHER")
        let meter = try factory.expectMeter(
            "http.client.active_requests",
            [("http.request.method", "GET"), ("url.scheme", "http")]
        )
        #expect(meter.lastValue == 0)
    }
}

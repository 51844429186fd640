import HTTPTypes
import MartletCore
import MartletHTTP
import Metrics
import MetricsTestKit
import Testing

@Suite struct ServerMetricsTests {
    private let factory = TestMetrics()
    private let clock = ManualClock()

    private func layer(maximumSeries: Int = 10) -> ServerMetrics {
        ServerMetrics(.init(maximumSeries: maximumSeries), factory: factory, clock: clock)
    }

    private func labels(_ dimensions: [(String, String)]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: dimensions)
    }

    @Test("duration and sizes carry OpenTelemetry's names and labels, the route without its method")
    func namesAndLabels() async throws {
        var context = CallContext()
        context.scope = RecordingScope()
        let request = Request(.post, "/users/42", body: Body("12345678"))
        _ = try await layer().answer(request, context: context) { [clock] _, context in
            context.scope?.setLabel(WorkLabel("POST /users/{id}"))
            clock.advance(by: .milliseconds(5))
            return Response("hello")
        }
        let timer = try #require(factory.timers(label: "http.server.request.duration").first)
        #expect(timer.lastValue == 5_000_000)
        let expected = [
            "http.request.method": "POST", "url.scheme": "http",
            "http.route": "/users/{id}", "http.response.status_code": "200",
        ]
        #expect(labels(timer.dimensions) == expected)
        let request8 = try #require(factory.recorders(label: "http.server.request.body.size").first)
        #expect(request8.values == [8])
        #expect(labels(request8.dimensions) == expected)
        let answer5 = try #require(factory.recorders(label: "http.server.response.body.size").first)
        #expect(answer5.values == [5])
    }

    @Test("a series is made once and used by every request with its labels")
    func cached() async throws {
        let layer = layer()
        for _ in 0..<3 {
            _ = try await layer.answer(Request(.get, "/")) { _, _ in Response(.ok) }
        }
        #expect(factory.timers.count == 1)
        #expect(factory.timers.first?.values.count == 3)
    }

    @Test("a thrown error is counted by its status, with an error type when it is the server's")
    func thrown() async throws {
        let layer = layer()
        for error in [HTTPError(.notFound), UnknownError(), CancellationError()] as [any Error] {
            await #expect(throws: (any Error).self) {
                try await layer.answer(Request(.get, "/")) { _, _ in throw error }
            }
        }
        let seen = factory.timers.map { labels($0.dimensions) }
        #expect(
            Set(seen.map { $0["http.response.status_code"] ?? "" }) == ["404", "500", "499"]
        )
        #expect(seen.compactMap { $0["error.type"] } == ["500"])
    }

    @Test("active requests rise and fall, and a stream is active until it ends")
    func active() async throws {
        let layer = layer()
        @Sendable func activeGets() throws -> Double? {
            try factory.expectMeter(
                "http.server.active_requests",
                [("http.request.method", "GET"), ("url.scheme", "http")]
            ).lastValue
        }
        let response = try await layer.answer(Request(.get, "/")) { _, _ in
            let active = try activeGets()
            #expect(active == 1)
            return Response(body: Body { try await $0.write("abc") })
        }
        #expect(try activeGets() == 1)
        #expect(factory.timers.isEmpty)
        _ = try await response.body.collect(upTo: 10)
        #expect(try activeGets() == 0)
        #expect(factory.recorders(label: "http.server.response.body.size").first?.values == [3])
    }

    @Test("paths and made-up methods of clients make no series of their own")
    func boundedByRoute() async throws {
        let layer = layer()
        for number in 0..<50 {
            let method = try #require(HTTPRequest.Method("M\(number)"))
            _ = try await layer.answer(Request(method, "/\(number)")) { _, _ in
                Response(.notFound)
            }
        }
        #expect(factory.timers.count == 1)
        let only = try #require(factory.timers.first)
        #expect(labels(only.dimensions)["http.request.method"] == "_OTHER")
        #expect(labels(only.dimensions)["http.route"] == nil)
    }

    @Test("what comes after the limit of series is counted with the route _OTHER")
    func limit() async throws {
        let layer = layer(maximumSeries: 3)
        for number in 0..<10 {
            var request = Request(.get, "/")
            request.route = "GET /\(number)"
            _ = try await layer.answer(request) { _, _ in Response(.ok) }
        }
        #expect(factory.timers.count == 4)
        let other = factory.timers.filter { labels($0.dimensions)["http.route"] == "_OTHER" }
        #expect(other.first?.values.count == 7)
    }

    @Test("tasks that make the same series at once share one")
    func concurrent() async throws {
        let layer = ServerMetrics(.init(maximumSeries: 100), factory: factory, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for number in 0..<64 {
                        var request = Request(.get, "/")
                        request.route = "GET /\(number)"
                        _ = try await layer.answer(request) { _, _ in Response(.ok) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let counts = Dictionary(
            grouping: factory.timers,
            by: { labels($0.dimensions)["http.route"] ?? "" }
        ).mapValues { $0.reduce(0) { $0 + $1.values.count } }
        #expect(counts.count == 64)
        #expect(counts.values.allSatisfy { $0 == 8 })
    }
}

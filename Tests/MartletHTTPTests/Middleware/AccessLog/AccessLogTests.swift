import HTTPTypes
import InMemoryLogging
import Logging
import MartletCore
import MartletHTTP
import Testing

@Suite struct AccessLogTests {
    private let handler = InMemoryLogHandler()
    private let clock = ManualClock()

    private func layer(
        _ configuration: AccessLog.Configuration = .init(),
        level: Logger.Level = .info
    ) -> AccessLog {
        var logger = Logger(label: "test") { _ in handler }
        logger.logLevel = level
        return AccessLog(configuration, logger: logger, clock: clock)
    }

    private func request(_ target: String = "/users/42?full=1") -> Request {
        var request = Request(.get, target)
        request.peer = Peer(address: "192.0.2.7", port: 1_234)
        return request
    }

    /// A value of the only entry, as it would be printed.
    private func value(_ key: String) throws -> String? {
        try entry().metadata[key].map { "\($0)" }
    }

    private func entry() throws -> InMemoryLogHandler.Entry {
        #expect(handler.entries.count == 1)
        return try #require(handler.entries.first)
    }

    @Test("ordinary requests for a quiet target are not logged, and those that fail are")
    func quietTargets() async throws {
        let layer = layer(.init(quietTargets: ["/health"]))
        _ = try await layer.answer(request("/health")) { _, _ in Response("ok") }
        #expect(handler.entries.isEmpty)
        _ = try await layer.answer(request("/health")) { _, _ in Response(.serviceUnavailable) }
        #expect(try entry().level == .error)
    }

    @Test("an entry has method, path without query, status, bytes, duration, peer and identifiers")
    func fields() async throws {
        var context = CallContext()
        context.requestID = "abc"
        context.trace.traceContext = TraceContext(traceID: 0xA, spanID: 1)
        let scope = RecordingScope()
        context.scope = scope
        _ = try await layer().answer(request(), context: context) { [clock] _, context in
            context.scope?.setLabel(WorkLabel("GET /users/{id}"))
            clock.advance(by: .microseconds(12_345))
            return Response("hello")
        }
        let entry = try entry()
        #expect(entry.level == .info)
        #expect(
            entry.metadata.mapValues { "\($0)" } == [
                "method": "GET", "path": "/users/42", "status": "200", "bytes": "5",
                "duration_ms": "12.345", "peer": "192.0.2.7", "request_id": "abc",
                "route": "GET /users/{id}",
                "trace_id": "0000000000000000000000000000000a",
            ]
        )
    }

    @Test("the query is logged when asked for, with the values of secrets replaced")
    func query() async throws {
        let target = "/a?x=1&Token=abc&p%61ssword=q&flag&bad%zz=1"
        _ = try await layer(.init(includesQuery: true)).answer(request(target)) { _, _ in
            Response("")
        }
        #expect(
            try entry().metadata["query"]
                == "x=1&Token=redacted&p%61ssword=redacted&flag&bad%zz=redacted"
        )
    }

    @Test("a thrown error is logged with its status and thrown on")
    func thrown() async throws {
        await #expect(throws: UnknownError.self) {
            try await layer(.init(sampleRate: 0)).answer(request()) { _, _ in
                throw UnknownError()
            }
        }
        let entry = try entry()
        #expect(entry.level == .error)
        #expect(try value("status") == "500")
        #expect(entry.metadata["error"]?.description.contains("1234") == true)
    }

    @Test("nothing is sampled at rate 0 but server errors and slow requests")
    func alwaysLogged() async throws {
        let layer = layer(.init(sampleRate: 0, slowThreshold: .seconds(2)))
        _ = try await layer.answer(request()) { _, _ in Response(.ok) }
        _ = try await layer.answer(request()) { _, _ in Response(.notFound) }
        #expect(handler.entries.isEmpty)
        _ = try await layer.answer(request()) { _, _ in Response(.badGateway) }
        _ = try await layer.answer(request()) { [clock] _, _ in
            clock.advance(by: .seconds(2))
            return Response(.ok)
        }
        #expect(handler.entries.map(\.level) == [.error, .warning])
    }

    @Test("a quarter of the requests is logged at rate 0.25", arguments: [(0.25, 25), (0.01, 1)])
    func sampling(_ rate: Double, _ expected: Int) async throws {
        let layer = layer(.init(sampleRate: rate))
        for _ in 0..<100 {
            _ = try await layer.answer(request()) { _, _ in Response(.ok) }
        }
        #expect(abs(handler.entries.count - expected) <= 1)
    }

    @Test("a streamed response is logged when its stream ends, with its bytes")
    func streamed() async throws {
        let response = try await layer().answer(request()) { [clock] _, _ in
            Response(
                body: Body { writer in
                    clock.advance(by: .milliseconds(7))
                    try await writer.write("1234567")
                }
            )
        }
        #expect(handler.entries.isEmpty)
        _ = try await response.body.collect(upTo: 100)
        #expect(try value("bytes") == "7")
        #expect(try value("duration_ms") == "7.0")
    }

    @Test("durations count from the arrival that the transport has noted")
    func arrival() async throws {
        var context = CallContext()
        context.arrival = clock.now
        clock.advance(by: .milliseconds(3))
        _ = try await layer().answer(request(), context: context) { _, _ in Response(.ok) }
        #expect(try value("duration_ms") == "3.0")
    }

    @Test("a logger that logs no errors turns the layer off")
    func off() async throws {
        let response = try await layer(level: .critical).answer(request()) { _, context in
            Response(context.arrival == nil ? .ok : .badGateway)
        }
        #expect(response.status == .ok)
        #expect(handler.entries.isEmpty)
    }
}

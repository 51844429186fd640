import HTTPTypes
import Logging
import MartletCore
import MartletGateway
import MartletHTTP
import NIOCore
import Synchronization
import Testing

@Suite("Reloading")
struct ReloaderTests {
    /// A file that a test writes, and the errors that were logged about it.
    private final class File: Sendable {
        let text = Mutex<String?>("routes: [{upstreams: first:1}]")
        let log = Mutex<[String]>([])

        func write(_ text: String?) { self.text.withLock { $0 = text } }
        var errors: [String] { log.withLock { $0 } }
    }

    /// Keeps what is logged at level error.
    private struct Recorder: LogHandler {
        let file: File
        var logLevel = Logger.Level.error
        var metadata = Logger.Metadata()
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            guard event.level >= .error else { return }
            file.log.withLock { $0.append("\(event.metadata?["error"] ?? "none")") }
        }
    }

    private let file = File()
    private let clock = ManualClock()

    private func reloader() throws -> GatewayReloader {
        let file = file
        return try GatewayReloader(
            named: "gateway.yaml",
            reading: { () throws(GatewayConfigurationError) in
                if let text = file.text.withLock({ $0 }) { return text }
                throw GatewayConfigurationError(
                    file: "gateway.yaml",
                    problems: [.init(line: nil, key: "", message: "is gone.")]
                )
            },
            logger: Logger(label: "test") { _ in Recorder(file: file) },
            clock: clock
        )
    }

    private func upstream(_ reloader: GatewayReloader) -> String? {
        reloader.routes.current.configuration.routes.first?.upstreams.first?.authority
    }

    @Test("a change is in force once it has stood for two readings")
    func change() throws {
        let reloader = try reloader()
        file.write("routes: [{upstreams: second:1}]")
        reloader.poll()
        #expect(upstream(reloader) == "first:1")
        reloader.poll()
        #expect(upstream(reloader) == "second:1")
        #expect(file.errors.isEmpty)
    }

    @Test("a file that is being written is not taken half written")
    func halfWritten() throws {
        let reloader = try reloader()
        file.write("routes: [{upstreams: half:1}]")
        reloader.poll()
        file.write("routes: [{upstreams: whole:1}]")
        reloader.poll()
        #expect(upstream(reloader) == "first:1")
        reloader.poll()
        #expect(upstream(reloader) == "whole:1")
    }

    @Test("a file that is wrong changes nothing and is logged once, with its line")
    func wrong() throws {
        let reloader = try reloader()
        file.write("routes:\n  - {upstreamz: a:1}")
        for _ in 0..<5 { reloader.poll() }
        #expect(upstream(reloader) == "first:1")
        #expect(file.errors.count == 1)
        #expect(file.errors.first?.contains("gateway.yaml:2: routes[0].upstreamz") == true)
        file.write("routes: [{upstreams: third:1}]")
        reloader.poll()
        reloader.poll()
        #expect(upstream(reloader) == "third:1")
    }

    @Test("a file that goes away changes nothing and is logged once")
    func gone() throws {
        let reloader = try reloader()
        file.write(nil)
        for _ in 0..<3 { reloader.poll() }
        #expect(upstream(reloader) == "first:1")
        #expect(file.errors.count == 1)
    }

    @Test("a reload on request takes the file at once")
    func onRequest() throws {
        let reloader = try reloader()
        file.write("routes: [{upstreams: second:1}]")
        #expect(reloader.reload())
        #expect(upstream(reloader) == "second:1")
        file.write("nonsense")
        #expect(!reloader.reload())
        #expect(upstream(reloader) == "second:1")
    }

    @Test("as long as the file is wrong or gone, the stats say so")
    func visible() async throws {
        let reloader = try reloader()
        let gateway = Gateway(reloader.routes, transport: FakeUpstreams())
        func configuration() async throws -> String {
            let stats = try await gateway.answer(Request(.get, "/-/stats"))
            let text = stats.body.whole.map { String(buffer: $0) } ?? ""
            return text.contains(#""configuration":"current""#) ? "current" : text
        }
        #expect(try await configuration() == "current")
        file.write("routes: []")
        for _ in 0..<3 { reloader.poll() }
        let refused = #"{"requests":0,"configuration":"refused"}"#
        #expect(try await configuration() == refused)
        file.write("routes: [{upstreams: first:1}]")
        for _ in 0..<2 { reloader.poll() }
        #expect(try await configuration() == "current")
        file.write(nil)
        reloader.poll()
        #expect(try await configuration() == refused)
        file.write("routes: [{upstreams: first:1}]")
        reloader.poll()
        #expect(try await configuration() == "current")
    }

    @Test("the service reads the file every second")
    func service() async throws {
        let reloader = try reloader()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reloader.run() }
            try await clock.waitForSleepers()
            file.write("routes: [{upstreams: second:1}]")
            for _ in 0..<2 {
                clock.advance(by: GatewayReloader.interval)
                try await clock.waitForSleepers()
            }
            #expect(upstream(reloader) == "second:1")
            group.cancelAll()
        }
    }

    @Test("requests under constant reloading all succeed, each on one table")
    func underLoad() async throws {
        let tables = try (0..<2).map { number in
            try RoutingTable(.single("a\(number):1") { $0.rewrite = "/v\(number)" })
        }
        let routes = LiveRoutes(tables[0])
        let upstreams = FakeUpstreams { request, _ in
            await Task.yield()
            let table = request.authority.dropFirst().first
            let isConsistent = table == request.target.dropFirst(2).first
            return Response(isConsistent ? .ok : .internalServerError)
        }
        let gateway = Gateway(routes, transport: upstreams)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<200 {
                        let response = try await gateway.answer(Request(.get, "/x"))
                        guard response.status == .ok else { return false }
                    }
                    return true
                }
            }
            group.addTask {
                for turn in 0..<400 {
                    routes.replace(with: tables[turn % 2])
                    await Task.yield()
                }
                return true
            }
            for try await isGood in group { #expect(isGood) }
        }
        #expect(Set(upstreams.authorities) == ["a0:1", "a1:1"])
    }
}

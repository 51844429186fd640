import MartletCore
import MartletHTTP
import MartletTransport
import Synchronization
import Testing

@Suite("Routes that hold a loop", .timeLimit(.minutes(1)))
struct WatchdogRouteTests {
    private static func hold() {
        let end = ContinuousClock.now + .milliseconds(600)
        while ContinuousClock.now < end {}
    }

    @Test(
        "a route is named, before its handler has suspended and after it",
        arguments: ["/before", "/after"]
    )
    func named(_ path: String) async throws {
        let reports = Mutex<[LoopHeldReport]>([])
        let watchdog = WatchdogConfiguration(threshold: .milliseconds(100)) { report in
            reports.withLock { $0.append(report) }
        }
        let loops = EventLoops(count: 1, watchdog: watchdog)
        var router = Router()
        router.get("/before") { _, _ in
            Self.hold()
            return Response("done")
        }
        router.get("/after") { _, _ in
            await Task.yield()
            try await Task.sleep(for: .milliseconds(5))
            Self.hold()
            return Response("done")
        }
        let server = HTTPServer(
            .init(addresses: [.tcp("127.0.0.1", port: 0)]),
            loops: loops,
            handler: try router.compile()
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            let client = try RawClient(port: port)
            try await client.send("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.receive { $0.hasSuffix("done") }.hasSuffix("done"))
            group.cancelAll()
        }
        try await loops.shutdown()
        let works = reports.withLock { $0.map(\.work) }
        #expect(works == ["GET \(path)"])
    }
}

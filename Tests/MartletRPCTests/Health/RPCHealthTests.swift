import Logging
import MartletHTTP
import ServiceLifecycle
import SwiftProtobuf
import Testing

@testable import MartletRPC

@Suite("RPC health", .timeLimit(.minutes(1)))
struct RPCHealthTests {
    typealias Status = Grpc_Health_V1_HealthCheckResponse.ServingStatus

    private let health = RPCHealth()
    private let client: Grpc_Health_V1_HealthClient

    init() {
        var methods = RPCMethods()
        methods.register(health)
        client = Grpc_Health_V1_HealthClient(
            RPCClient(InMemoryTransport(RPCHandler(methods)), at: "http://test")
        )
    }

    private func request(_ service: String = "") -> Grpc_Health_V1_HealthCheckRequest {
        .with { $0.service = service }
    }

    @Test("the server serves from the beginning, and a service once it is said to")
    func check() async throws {
        #expect(try await client.check(request()).status == .serving)
        let error = await #expect(throws: RPCError.self) { try await client.check(request("a.B")) }
        #expect(error?.status.code == .notFound)
        health.set(.serving, for: "a.B")
        #expect(try await client.check(request("a.B")).status == .serving)
        health.set(.notServing, for: "a.B")
        #expect(try await client.check(request("a.B")).status == .notServing)
        #expect(health.status() == .serving)
    }

    @Test("all services are listed by name, up to the limit")
    func list() async throws {
        health.set(.notServing, for: "a.B")
        let statuses = try await client.list(Grpc_Health_V1_HealthListRequest()).statuses
        #expect(statuses.mapValues(\.status) == ["": .serving, "a.B": .notServing])
        for number in 2..<RPCHealth.listLimit { health.set(.serving, for: "\(number)") }
        #expect(RPCHealth.listLimit == 100)
        #expect(try await client.list(Grpc_Health_V1_HealthListRequest()).statuses.count == 100)
        health.set(.serving, for: "one more")
        let error = await #expect(throws: RPCError.self) {
            try await client.list(Grpc_Health_V1_HealthListRequest())
        }
        #expect(error?.status.code == .resourceExhausted)
    }

    @Test("whoever watches a service is told how it is, and of every change")
    func watch() async throws {
        let answers = try await client.watch(request("a.B"))
        var statuses = answers.makeAsyncIterator()
        #expect(try await statuses.next()?.status == .serviceUnknown)
        health.set(.notServing, for: "other")
        health.set(.serving, for: "a.B")
        #expect(try await statuses.next()?.status == .serving)
        health.set(.serving, for: "a.B")
        health.set(.notServing, for: "a.B")
        #expect(try await statuses.next()?.status == .notServing)
    }

    @Test("who is slow is told how a service is, not how it was")
    func slow() async throws {
        let changes = health.changes(of: "a.B")
        health.set(.notServing, for: "a.B")
        health.set(.serving, for: "a.B")
        var iterator = changes.makeAsyncIterator()
        #expect(await iterator.next() == .some(.serving))
    }

    @Test("a watcher who leaves is forgotten")
    func leaving() async {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [health] in
                for await _ in health.changes(of: "") { begin.yield() }
            }
            for await _ in begun { break }
            #expect(health.watcherCount == 1)
            group.cancelAll()
        }
        #expect(health.watcherCount == 0)
    }

    @Test("after a shutdown nothing serves, whatever is said, and watching ends")
    func shutDown() async throws {
        health.set(.serving, for: "a.B")
        let answers = try await client.watch(request("a.B"))
        var statuses = answers.makeAsyncIterator()
        #expect(try await statuses.next()?.status == .serving)
        health.shutDown()
        health.set(.serving, for: "a.B")
        #expect(try await statuses.next()?.status == .notServing)
        let ended = await #expect(throws: RPCError.self) { try await statuses.next() }
        #expect(ended?.status.code == .unavailable)
        #expect(try await client.check(request()).status == .notServing)
        #expect(try await client.check(request("a.B")).status == .notServing)
        let late = try await client.watch(request("a.B"))
        var lateStatuses = late.makeAsyncIterator()
        #expect(try await lateStatuses.next()?.status == .notServing)
        await #expect(throws: RPCError.self) { try await lateStatuses.next() }
    }

    @Test("the graceful shutdown of its service group shuts it down")
    func gracefulShutdown() async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: health)],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(health.status() == .notServing)
    }
}

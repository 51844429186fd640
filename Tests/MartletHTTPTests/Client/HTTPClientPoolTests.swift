import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import Synchronization
import Testing

@Suite("HTTPClient: its pool", .timeLimit(.minutes(1)))
struct HTTPClientPoolTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// A client on one loop, so that it has one pool.
    private func withClient<Value: Sendable>(
        _ configure: (inout HTTPClient.Configuration) -> Void = { _ in },
        _ body: (HTTPClient, EventLoops) async throws -> Value
    ) async throws -> Value {
        let loops = EventLoops(count: 1)
        var configuration = HTTPClient.Configuration()
        configure(&configuration)
        let client = HTTPClient(configuration, loops: loops)
        do {
            let value = try await body(client, loops)
            client.shutdown()
            try await loops.shutdown()
            return value
        } catch {
            client.shutdown()
            try await loops.shutdown()
            throw error
        }
    }

    @Test("requests one after the other share a connection")
    func reuse() async throws {
        try await withClient { (client, _) async throws in
            try await ScriptedServer.run({ _ in .say(Self.ok) }) { (server, base) async throws in
                for _ in 0..<20 {
                    #expect(try await client.get(base).status == .ok)
                }
                #expect(server.seen.map(\.position) == Array(0..<20))
            }
        }
    }

    @Test("a hundred requests at once share eight connections")
    func limit() async throws {
        let most = Mutex((now: 0, most: 0))
        let peers = Mutex<Set<Int>>([])
        try await withClient(
            { $0.connectionsPerOrigin = 8 },
            { (client, _) async throws in
                try await withServer(handler: { request, _ in
                    most.withLock {
                        $0.now += 1
                        $0.most = max($0.most, $0.now)
                    }
                    defer { most.withLock { $0.now -= 1 } }
                    // Nobody leaves before eight have met; ten seconds are enough for that.
                    for _ in 0..<5000 where most.withLock({ $0.most < 8 }) {
                        try await Task.sleep(for: .milliseconds(2))
                    }
                    _ = peers.withLock { $0.insert(request.peer?.port ?? 0) }
                    return Response(request.target)
                }) { (base, _) async throws in
                    try await withThrowingTaskGroup(of: Bool.self) { group in
                        for index in 0..<100 {
                            group.addTask {
                                let response = try await client.get("\(base)/\(index)")
                                let body = try await response.body.collect(upTo: 100)
                                return String(buffer: body) == "/\(index)"
                            }
                        }
                        for try await isRight in group { #expect(isRight) }
                    }
                }
            }
        )
        #expect(most.withLock { $0.most } == 8)
        #expect(peers.withLock { $0.count } == 8)
    }

    /// Runs `count` requests that begin in order, on the client's loop, while one connection serves
    /// them all.
    private func inLine(
        _ client: HTTPClient,
        _ loops: EventLoops,
        _ targets: [String]
    ) async throws -> [Result<Response, any Error>] {
        guard let loop = loops.loops.first else { return [] }
        return await withTaskExecutorPreference(loop) {
            await withTaskGroup(of: (Int, Result<Response, any Error>).self) { group in
                for (index, target) in targets.enumerated() {
                    group.addTask {
                        do {
                            return (index, .success(try await client.get(target)))
                        } catch {
                            return (index, .failure(error))
                        }
                    }
                }
                var results = [Result<Response, any Error>](
                    repeating: .failure(CancellationError()),
                    count: targets.count
                )
                for await (index, result) in group { results[index] = result }
                return results
            }
        }
    }

    @Test("who waits first is served first, and one more than may wait is refused")
    func line() async throws {
        try await withClient(
            {
                $0.connectionsPerOrigin = 1
                $0.waitingPerOrigin = 5
            },
            { (client, loops) async throws in
                try await ScriptedServer.run({ _ in .say(Self.ok) }) {
                    (server, base) async throws in
                    let results = try await inLine(client, loops, (0..<7).map { "\(base)/\($0)" })
                    #expect(server.seen.map(\.head.target) == (0..<6).map { "/\($0)" })
                    #expect(server.seen.allSatisfy { $0.connection == 0 })
                    let error = #expect(throws: HTTPClientError.self) { try results[6].get() }
                    #expect(error?.code == .tooManyWaiting)
                    #expect(error?.isUnsent == true)
                }
            }
        )
    }

    @Test("cancelling one who waits costs nobody else a place")
    func cancelledInLine() async throws {
        let gate = Gate()
        try await withClient(
            { $0.connectionsPerOrigin = 1 },
            { (client, _) async throws in
                try await withServer(handler: { request, _ in
                    try await gate.wait()
                    return Response(request.target)
                }) { (base, _) async throws in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { _ = try await client.get("\(base)/first") }
                        try await gate.waitForArrivals(1)
                        await withThrowingTaskGroup(of: Void.self) { waiting in
                            for _ in 0..<5 {
                                waiting.addTask { _ = try await client.get("\(base)/cancelled") }
                            }
                            waiting.cancelAll()
                        }
                        group.addTask { _ = try await client.get("\(base)/last") }
                        gate.open()
                        try await group.waitForAll()
                    }
                    #expect(gate.arrivals == 2)
                }
            }
        )
    }

    @Test("waiting in line ends at the deadline")
    func deadlineInLine() async throws {
        try await withClient(
            { $0.connectionsPerOrigin = 1 },
            { (client, _) async throws in
                try await ScriptedServer.run({ _ in .silence }) { (server, base) async throws in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { _ = try? await client.get(base) }
                        while server.seen.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
                        let context = CallContext(deadline: .now + .milliseconds(50))
                        let error = await #expect(throws: HTTPClientError.self) {
                            _ = try await client.handle(Request(.get, base), context: context)
                        }
                        #expect(error?.code == .deadlineExceeded)
                        #expect(error?.isUnsent == true)
                        group.cancelAll()
                    }
                    #expect(server.seen.count == 1)
                }
            }
        )
    }

    @Test("a connection that its server had let go is replaced for GET, but not for POST")
    func stale() async throws {
        // Every connection answers once and closes when it is used again.
        let script: ScriptedServer.Script = { $0.position == 0 ? .say(Self.ok) : .close }
        try await withClient { (client, _) async throws in
            try await ScriptedServer.run(script) { (server, base) async throws in
                #expect(try await client.get("\(base)/1").status == .ok)
                #expect(try await client.get("\(base)/2").status == .ok)
                #expect(server.seen.map(\.connection) == [0, 0, 1])
                let error = await #expect(throws: HTTPClientError.self) {
                    _ = try await client.post("\(base)/3", body: Body("x"))
                }
                #expect(error?.code == .connectionClosed)
                #expect(error?.isUnsent == false)
                #expect(server.seen.map(\.head.target) == ["/1", "/2", "/2", "/3"])
            }
        }
    }

    @Test("a server that never answers is asked once more at most")
    func alwaysClosing() async throws {
        try await withClient { (client, _) async throws in
            try await ScriptedServer.run({ _ in .close }) { (server, base) async throws in
                await #expect(throws: HTTPClientError.self) { _ = try await client.get(base) }
                #expect(server.seen.count == 1)
            }
        }
    }

    @Test("a body that is dropped gives its place back", arguments: [true, false])
    func abandoned(cancels: Bool) async throws {
        try await withClient(
            { $0.connectionsPerOrigin = 1 },
            { (client, _) async throws in
                try await withServer(handler: { request, _ in
                    if request.target == "/small" { return Response("ok") }
                    return Response(
                        body: Body { writer in
                            while true {
                                try await writer.write(.init(repeating: 0x61, count: 10_000))
                            }
                        }
                    )
                }) { (base, _) async throws in
                    do {
                        let response = try await client.get("\(base)/endless")
                        #expect(response.status == .ok)
                        if cancels {
                            await withThrowingTaskGroup(of: Void.self) { group in
                                let body = response.body
                                group.addTask { for try await _ in body {} }
                                try? await Task.sleep(for: .milliseconds(20))
                                group.cancelAll()
                            }
                        }
                    }
                    #expect(try await client.get("\(base)/small").status == .ok)
                }
            }
        )
    }

    @Test("cancelling a request ends its exchange")
    func cancelled() async throws {
        let gate = Gate()
        try await withClient { (client, _) async throws in
            try await withServer(handler: { _, _ in
                try await gate.wait()
                return Response("done")
            }) { (base, _) async throws in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        await #expect(throws: CancellationError.self) {
                            _ = try await client.get(base)
                        }
                    }
                    try await gate.waitForArrivals(1)
                    group.cancelAll()
                    try await group.waitForAll()
                }
                try await gate.waitForCancellations(1)
            }
        }
    }

    @Test("a client that was shut down, or whose loops were, says so")
    func shutDown() async throws {
        let loops = EventLoops(count: 1)
        let client = HTTPClient(loops: loops)
        try await ScriptedServer.run(
            { _ in .say(Self.ok) },
            { (_, base) async throws in
                #expect(try await client.get(base).status == .ok)
                client.shutdown()
                let error = await #expect(throws: HTTPClientError.self) {
                    _ = try await client.get(base)
                }
                #expect(error?.code == .shutDown)
                try await loops.shutdown()
                let second = await #expect(throws: HTTPClientError.self) {
                    _ = try await HTTPClient(loops: loops).get(base)
                }
                #expect(second?.code == .shutDown)
            }
        )
    }
}

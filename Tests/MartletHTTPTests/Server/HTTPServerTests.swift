import Foundation
import HTTPTypes
import Logging
import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

/// Against real sockets of this machine.
@Suite("HTTPServer on sockets", .timeLimit(.minutes(2)))
struct HTTPServerTests {
    private static let hello: @Sendable (Request, CallContext) async throws -> Response = { _, _ in
        Response("hi")
    }
    private static let start = "POST / HTTP/1.1\r\nHost: h\r\n"
    private static let attacks = [
        "GET / HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: \u{0}\r\n\r\n",
        start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        start + "Content-Length: +1\r\n\r\na",
        start + "Transfer-Encoding: gzip\r\n\r\n",
        start + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        start + "Transfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n",
    ]

    @Test("attacks are answered with 400, and what follows them never is", arguments: attacks)
    func attack(_ text: String) async throws {
        try await withServer(
            handler: { request, _ in
                Response(String(buffer: try await request.body.collect(upTo: 100)) + "hi")
            },
            { (_, port) async throws in
                let client = try RawClient(port: port)
                try await client.send(text + "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                let answer = try await client.receiveAll()
                #expect(answer.hasPrefix("HTTP/1.1 400 "))
                #expect(answer.contains("\r\nConnection: close\r\n"))
                #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
            }
        )
    }

    @Test("a hundred pipelined requests are answered in order", arguments: [true, false])
    func pipelining(suspends: Bool) async throws {
        try await withServer(
            handler: { request, _ in
                if suspends { await Task.yield() }
                return Response("[\(request.target)]")
            },
            { (_, port) async throws in
                let client = try RawClient(port: port)
                let text = (0..<100).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
                try await client.send(text)
                let answer = try await client.receive { $0.contains("[/99]") }
                let order = answer.split(separator: "[").compactMap {
                    $0.hasPrefix("/") ? Int($0.dropFirst().prefix { $0 != "]" }) : nil
                }
                #expect(order == Array(0..<100))
            }
        )
    }

    @Test("a peer that does not read suspends the writer, and then gets everything")
    func slowReader() async throws {
        let written = Atomic<Int>(0)
        let pieces = 1500
        try await withServer(
            handler: { _, _ in
                Response(
                    body: Body { writer in
                        let piece = ByteBuffer(repeating: 0x61, count: 65536)
                        for _ in 0..<pieces {
                            try await writer.write(piece)
                            written.add(1, ordering: .relaxed)
                        }
                    }
                )
            },
            { (_, port) async throws in
                let client = try RawClient(port: port)
                try await client.send("GET / HTTP/1.0\r\n\r\n")
                var before = -1
                while before != written.load(ordering: .relaxed) {
                    before = written.load(ordering: .relaxed)
                    try await Task.sleep(for: .milliseconds(300))
                }
                // What the kernel's buffers hold, and one piece.
                #expect(before < 500)
                #expect(try await client.drain() > pieces * 65536)
                let writtenPieces = written.load(ordering: .relaxed)
                #expect(writtenPieces == pieces)
            }
        )
    }

    @Test("a handler that does not read slows the peer down, and then gets everything")
    func slowHandler() async throws {
        let gate = Gate()
        let total = 100_000_000
        try await withServer(
            { $0.limits.bodySize = total },
            handler: { request, _ in
                try await gate.wait()
                var count = 0
                for try await piece in request.body { count += piece.readableBytes }
                return Response("\(count) bytes")
            },
            { (_, port) async throws in
                let client = try RawClient(port: port)
                try await client.send(Self.start + "Content-Length: \(total)\r\n\r\n")
                let sent = try await client.sendUntilStalled(atMost: total)
                #expect(sent < 40_000_000)
                gate.open()
                let rest = total - sent
                // A busy machine may pause for longer than what counts as a stall before.
                let sentNow = try await client.sendUntilStalled(atMost: rest, patience: 30_000)
                #expect(sentNow == rest)
                let answer = try await client.receive { $0.contains(" bytes") }
                #expect(answer.hasSuffix("\(total) bytes"))
            }
        )
    }

    @Test("a peer that never reads cannot make the server keep answers")
    func pipelinedSlowReader() async throws {
        let served = Atomic<Int>(0)
        let body = ByteBuffer(repeating: 0x61, count: 1_000_000)
        try await withServer(
            handler: { _, _ in
                served.add(1, ordering: .relaxed)
                return Response(body: Body(body))
            },
            { (_, port) async throws in
                let client = try RawClient(port: port)
                let text = String(repeating: "GET / HTTP/1.1\r\nHost: h\r\n\r\n", count: 400)
                try await client.send(text)
                var before = -1
                while before != served.load(ordering: .relaxed) {
                    before = served.load(ordering: .relaxed)
                    try await Task.sleep(for: .milliseconds(300))
                }
                #expect(before < 40)
                client.closeOutput()
                #expect(try await client.drain() > 400_000_000)
            }
        )
    }

    @Test("the last answer reaches a peer that takes its time", arguments: [true, false])
    func lastAnswer(halfClosed: Bool) async throws {
        let body = ByteBuffer(repeating: 0x61, count: 30_000_000)
        try await withServer(
            handler: { _, _ in Response(body: Body(body)) },
            {
                (_, port) async throws in
                let client = try RawClient(port: port)
                let fields = halfClosed ? "" : "Connection: close\r\n"
                try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
                if halfClosed { client.closeOutput() }
                // Longer than a closed connection is lingered for.
                try await Task.sleep(for: .milliseconds(1800))
                #expect(try await client.drain() > 30_000_000)
            }
        )
    }

    @Test("the task of a request is cancelled when its peer goes")
    func disconnect() async throws {
        let gate = Gate()
        try await withServer(
            handler: { _, _ in
                try await gate.wait()
                return Response("done")
            },
            { (_, port) async throws in
                let client = try RawClient(port: port)
                try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                try await gate.waitForArrivals(1)
                client.closeBoth()
                try await gate.waitForCancellations(1)
            }
        )
    }

    @Test("connections over the limit are turned away with 503")
    func tooMany() async throws {
        try await withServer(
            { $0.limits.connections = 1 },
            handler: Self.hello,
            {
                (_, port) async throws in
                let first = try RawClient(port: port)
                try await first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try await first.receive { $0.hasSuffix("hi") }.hasPrefix("HTTP/1.1 200 "))
                let second = try RawClient(port: port)
                #expect(try await second.receiveAll().hasPrefix("HTTP/1.1 503 "))
                try await first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try await first.receive { $0.hasSuffix("hi") }.hasPrefix("HTTP/1.1 200 "))
            }
        )
    }

    // MARK: Shutdown

    private func server(
        grace: Duration,
        loops: EventLoops = .shared,
        _ handler: @escaping @Sendable (Request, CallContext) async throws -> Response
    ) -> HTTPServer {
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        configuration.shutdownGracePeriod = grace
        return HTTPServer(configuration, loops: loops, handler: ClosureHandler(handler))
    }

    private func group(_ server: HTTPServer) -> ServiceGroup {
        ServiceGroup(
            services: [server],
            logger: Logger(label: "test") { _ in
                SwiftLogNoOpLogHandler()
            }
        )
    }

    @Test("a graceful shutdown finishes requests in flight, and then refuses connections")
    func gracefulShutdown() async throws {
        let gate = Gate()
        let loops = EventLoops(count: 1)
        let server = server(grace: .seconds(60), loops: loops) { request, _ in
            if request.target == "/" { try await gate.wait() }
            return Response("done")
        }
        let group = group(server)
        async let running: Void = group.run()
        let port = try await server.boundAddresses().first?.port ?? 0
        let busy = try RawClient(port: port)
        try await busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        try await gate.waitForArrivals(1)
        let idle = try RawClient(port: port)
        try await idle.send("GET /idle HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try await idle.receive { $0.hasSuffix("done") }
        await group.triggerGracefulShutdown()
        // The one on the same loop is told last.
        #expect(try await idle.receiveAll() == "")
        #expect(throws: RawClient.Failure.self) { _ = try RawClient(port: port) }
        gate.open()
        let answer = try await busy.receiveAll()
        #expect(answer.hasSuffix("done"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        try await running
        #expect(gate.cancellations == 0)
        try await loops.shutdown()
    }

    @Test("what is left when the grace period is over is closed and cancelled")
    func hardDeadline() async throws {
        let gate = Gate()
        let server = server(grace: .milliseconds(100)) { _, _ in
            try await gate.wait()
            return Response("done")
        }
        let group = group(server)
        async let running: Void = group.run()
        let port = try await server.boundAddresses().first?.port ?? 0
        let client = try RawClient(port: port)
        try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        try await gate.waitForArrivals(1)
        await group.triggerGracefulShutdown()
        #expect(try await client.receiveAll() == "")
        try await running
        try await gate.waitForCancellations(1)
    }

    // MARK: Addresses

    @Test("IPv6 and a Unix domain socket at once")
    func addresses() async throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("m-\(UInt32.random(in: 0...UInt32.max)).sock").path
        let configure: @Sendable (inout HTTPServer.Configuration) -> Void = {
            $0.addresses = [.tcp("::1", port: 0), .unix(path)]
        }
        try await withServer(
            configure,
            handler: { request, _ in
                Response(request.peer?.address ?? "none")
            },
            { (_, port) async throws in
                let client = HTTPClient()
                defer { client.shutdown() }
                let overIPv6 = try await client.get("http://[::1]:\(port)/")
                #expect(try await overIPv6.body.collect(upTo: 100) == ByteBuffer(string: "::1"))
                var configuration = HTTPClient.Configuration()
                configuration.unixSocket = path
                let local = HTTPClient(configuration)
                defer { local.shutdown() }
                let overUnix = try await local.get("http://service/")
                #expect(try await overUnix.body.collect(upTo: 100) == ByteBuffer(string: "unix"))
                // Somebody listens there, so it is not taken over.
                let second = HTTPServer(
                    .init(addresses: [.unix(path)]),
                    handler: ClosureHandler(Self.hello)
                )
                let error = await #expect(throws: ListenError.self) { try await second.run() }
                #expect(error?.description.contains(path) == true)
                let again = try await local.get("http://service/")
                #expect(again.status == .ok)
            }
        )
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("two servers share a port with SO_REUSEPORT")
    func reusePort() async throws {
        try await withServer(
            { $0.reusesPort = true },
            handler: Self.hello,
            {
                (_, port) async throws in
                let configure: @Sendable (inout HTTPServer.Configuration) -> Void = {
                    $0.reusesPort = true
                    $0.addresses = [.tcp("127.0.0.1", port: port)]
                }
                try await withServer(configure, handler: Self.hello) { (_, second) async throws in
                    #expect(second == port)
                }
            }
        )
    }

    @Test("a server that cannot listen names the address")
    func addressInUse() async throws {
        try await withServer(handler: Self.hello) { (_, port) async throws in
            let server = HTTPServer(
                .init(addresses: [.tcp("127.0.0.1", port: port)]),
                handler: ClosureHandler(Self.hello)
            )
            let error = await #expect(throws: ListenError.self) { try await server.run() }
            #expect(error?.address == .tcp("127.0.0.1", port: port))
            let message = "Cannot listen on 127.0.0.1:\(port): somebody listens there already."
            #expect(error?.description == message)
            await #expect(throws: ListenError.self) { _ = try await server.boundAddresses() }
        }
    }
}

import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Synchronization
import Testing

@Suite("Server connections: requests in sequence")
struct ServerSequenceTests {
    private static let echoTarget: VirtualServer.Handle = { request, _ in
        Response(body: Body(request.target))
    }

    private static func get(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
    }

    private static func ok(_ body: String, _ fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
    }

    @Test("pipelined requests are answered in order, one at a time, also when handlers suspend")
    func pipelining() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { request, _ in
                if request.target != "/b" { try await gate.wait() }
                return Response(body: Body(request.target))
            },
            { (server) throws in
                #expect(try server.send(Self.get("/a") + Self.get("/b") + Self.get("/c")) == "")
                #expect(gate.arrivals == 1)
                gate.letOnePass()
                #expect(try server.answered() == Self.ok("/a") + Self.ok("/b"))
                gate.letOnePass()
                #expect(try server.answered() == Self.ok("/c"))
                #expect(server.isOpen)
            }
        )
    }

    @Test("Connection: close is answered, and nothing after it is")
    func close() throws {
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            let text = Self.get("/a") + Self.get("/b", "Connection: close\r\n") + Self.get("/c")
            let answer = Self.ok("/a") + Self.ok("/b", "Connection: close\r\n")
            #expect(try server.send(text) == answer)
            #expect(!server.isOpen)
        }
    }

    @Test("HTTP/1.0 closes, unless it asks for keep-alive")
    func oldVersion() throws {
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            let kept = "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
            #expect(try server.send(kept) == Self.ok("/a", "Connection: keep-alive\r\n"))
            #expect(server.isOpen)
            let last = try server.send("GET /b HTTP/1.0\r\n\r\n")
            #expect(last == Self.ok("/b", "Connection: close\r\n"))
            #expect(!server.isOpen)
        }
    }

    @Test("a malformed request is answered with 400, and the connection ends")
    func malformed() throws {
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            let answer = try server.send(
                Self.get("/a") + "GET / HTTP/1.1\nHost: h\n\n" + Self.get("/b")
            )
            #expect(answer.hasPrefix(Self.ok("/a") + "HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.contains("\r\nContent-Type: application/problem+json\r\n"))
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(!answer.contains("/b"))
            #expect(!server.isOpen)
        }
    }

    @Test(
        "what is over a limit has its status",
        arguments: [
            ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n", 414),
            (get("/", String(repeating: "A: b\r\n", count: 100)), 431),
            ("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n", 413),
            ("PUT / HTTP/1.1\r\nHost: h\r\nExpect: more\r\n\r\n", 417),
            ("GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505),
        ]
    )
    func overLimit(_ text: String, _ status: Int) throws {
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            #expect(try server.send(text).hasPrefix("HTTP/1.1 \(status) "))
            #expect(!server.isOpen)
        }
    }

    @Test("a chunked body over the limit is answered with 413")
    func chunkedOverLimit() throws {
        var limits = HTTPLimits()
        limits.bodySize = 3
        try VirtualServer.run(
            limits: limits,
            handler: { request, _ in
                Response(String(buffer: try await request.body.collect(upTo: 100)))
            },
            { (server) throws in
                let head = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                #expect(try server.send(head + "2\r\nab\r\n") == "")
                let answer = try server.send("2\r\ncd\r\n0\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 413 "))
                #expect(answer.contains("\r\nConnection: close\r\n"))
                #expect(!server.isOpen)
            }
        )
    }

    @Test("a connection over the limit is answered with 503 and closed")
    func tooManyConnections() throws {
        try VirtualServer.run(isOverLimit: true, handler: Self.echoTarget) { (server) throws in
            #expect(try server.answered().hasPrefix("HTTP/1.1 503 "))
            #expect(!server.isOpen)
        }
    }

    // MARK: Bodies that nobody reads

    @Test("a body that was not read is thrown away, and the next request is served")
    func unreadBody() throws {
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            let head = "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"
            #expect(try server.send(head + "x") == Self.ok("/a"))
            let rest = String(repeating: "x", count: 99_999)
            #expect(try server.send(rest + Self.get("/b")) == Self.ok("/b"))
            #expect(server.isOpen)
        }
    }

    @Test("so is a chunked one that came whole, with trailers")
    func unreadTrailers() throws {
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            let head = "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            let text = head + "1\r\nx\r\n0\r\nA: b\r\n\r\n" + Self.get("/b")
            #expect(try server.send(text) == Self.ok("/a") + Self.ok("/b"))
            #expect(server.isOpen)
        }
    }

    @Test("a body that is too long to be thrown away ends the connection")
    func longUnreadBody() throws {
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            let head = "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n"
            #expect(try server.send(head) == Self.ok("/a"))
            try server.send(String(repeating: "x", count: 200_000))
            #expect(server.isOpen)
            try server.send(String(repeating: "x", count: 200_000))
            #expect(!server.isOpen)
        }
    }

    @Test("100 Continue is sent when the body is read, and not before")
    func continuation() throws {
        try VirtualServer.run(
            handler: { request, _ in
                if request.target == "/refused" { return Response(.forbidden) }
                return Response(body: Body(try await request.body.collect(upTo: 100)))
            },
            { (server) throws in
                let fields = "Host: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
                #expect(
                    try server.send("PUT /read HTTP/1.1\r\n" + fields)
                        == "HTTP/1.1 100 Continue\r\n\r\n"
                )
                #expect(try server.send("abc") == Self.ok("abc"))
                let refusal = try server.send("PUT /refused HTTP/1.1\r\n" + fields)
                #expect(!refusal.contains(" 100 "))
                #expect(refusal.contains("\r\nConnection: close\r\n"))
                #expect(!server.isOpen)
            }
        )
    }

    @Test("a body that comes in pieces arrives whole when it is small")
    func smallBody() throws {
        try VirtualServer.run(
            handler: { request, _ in
                Response(body: Body(request.body.whole ?? .init(string: "in pieces")))
            },
            { (server) throws in
                let head = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n"
                for piece in [head, "a", "b", "c"] {
                    #expect(try server.send(piece) == "")
                }
                #expect(try server.send("d") == Self.ok("abcd"))
            }
        )
    }

    @Test("a body that the peer breaks off fails its reader")
    func brokenBody() throws {
        let errors = Mutex<[String]>([])
        try VirtualServer.run(
            handler: { request, _ in
                do {
                    _ = try await request.body.collect(upTo: 1000)
                } catch {
                    errors.withLock { $0.append("\(error)") }
                }
                return Response("over")
            },
            { (server) throws in
                try server.send(
                    "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na"
                )
                server.endInput()
                #expect(errors.withLock { $0.count } == 1)
                #expect(try server.answered().contains("\r\nConnection: close\r\n"))
                #expect(!server.isOpen)
            }
        )
    }

    @Test("a body that came whole before its peer closed its half is read to its end")
    func heldBody() throws {
        let gate = Gate()
        var limits = HTTPLimits()
        limits.bodyBufferSize = 4
        limits.wholeBodySize = 0
        try VirtualServer.run(
            limits: limits,
            handler: { request, _ in
                try await gate.wait()
                return Response(body: Body(try await request.body.collect(upTo: 1000)))
            },
            { (server) throws in
                try server.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234")
                try server.send("56")
                try server.send("789")
                server.endInput()
                gate.open()
                #expect(try server.answered() == Self.ok("0123456789", "Connection: close\r\n"))
                #expect(!server.isOpen)
            }
        )
    }

    // MARK: The end

    @Test("requests that came before the peer closed its half are answered")
    func pipelinedThenClosed() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { request, _ in
                try await gate.wait()
                return Response(body: Body(request.target))
            },
            { (server) throws in
                try server.send(Self.get("/a") + Self.get("/b"))
                server.endInput()
                gate.open()
                #expect(
                    try server.answered() == Self.ok("/a") + Self.ok("/b", "Connection: close\r\n")
                )
                #expect(!server.isOpen)
            }
        )
    }

    @Test("a request whose peer has gone is cancelled")
    func disconnected() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { _, _ in
                try await gate.wait()
                return Response("done")
            },
            { (server) throws in
                try server.send(Self.get("/"))
                #expect(gate.cancellations == 0)
                server.disconnect()
                #expect(gate.cancellations == 1)
            }
        )
    }

    @Test("draining finishes what is in flight with Connection: close")
    func drainInFlight() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { request, _ in
                try await gate.wait()
                return Response(body: Body(request.target))
            },
            { (server) throws in
                try server.send(Self.get("/a") + Self.get("/b"))
                server.drain()
                #expect(server.isOpen)
                gate.open()
                #expect(try server.answered() == Self.ok("/a", "Connection: close\r\n"))
                #expect(!server.isOpen)
            }
        )
    }

    @Test("draining closes a connection between requests at once")
    func drainIdle() throws {
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            try server.send(Self.get("/a"))
            server.drain()
            #expect(!server.isOpen)
        }
    }

    @Test("draining serves what is on its way on a new connection")
    func drainFresh() throws {
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            server.drain()
            #expect(try server.send(Self.get("/a")) == Self.ok("/a", "Connection: close\r\n"))
            #expect(!server.isOpen)
        }
        try VirtualServer.run(handler: Self.echoTarget) { (server) throws in
            server.drain()
            try server.advance(.seconds(1))
            #expect(!server.isOpen)
        }
    }
}

import Foundation
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite("Server time-outs")
struct ServerTimeoutTests {
    private static let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let hello: VirtualServer.Handle = { _, _ in Response("hi") }

    @Test("a head that does not come in time is answered with 408", arguments: [1, 30])
    func head(pieces: Int) throws {
        try VirtualServer.run(handler: Self.hello) { (server) throws in
            for _ in 0..<pieces {
                // Bytes that drip in do not prolong the time.
                try server.send(pieces == 1 ? "GET /" : "a")
                #expect(server.isOpen)
                try server.advance(.milliseconds(pieces == 1 ? 9900 : 330))
            }
            #expect(server.isOpen)
            let answer = try server.advance(.milliseconds(400))
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(!server.isOpen)
        }
    }

    @Test("what a whole body may take is not what its answer may take")
    func bodyThenHandler() throws {
        let gate = Gate()
        let handler: VirtualServer.Handle = { _, _ in
            try await gate.wait()
            return Response("hi")
        }
        try VirtualServer.run(handler: handler) { (server) throws in
            try server.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na")
            try server.send("b")
            try server.advance(.seconds(600))
            gate.letOnePass()
            let answer = try server.answered()
            #expect(answer.hasSuffix("\r\n\r\nhi"))
            #expect(!answer.contains("Connection: close"))
            #expect(server.isOpen)
        }
    }

    @Test("a connection that says nothing is closed without an answer")
    func silence() throws {
        try VirtualServer.run(handler: Self.hello) { (server) throws in
            try server.advance(.milliseconds(9900))
            #expect(server.isOpen)
            #expect(try server.advance(.milliseconds(400)) == "")
            #expect(!server.isOpen)
        }
    }

    @Test("the second head has as much time as the first")
    func secondHead() throws {
        try VirtualServer.run(handler: Self.hello) { (server) throws in
            #expect(try server.send(Self.request).hasSuffix("hi"))
            try server.advance(.seconds(60))
            #expect(try server.send("GET") == "")
            try server.advance(.milliseconds(9900))
            #expect(server.isOpen)
            #expect(try server.advance(.milliseconds(400)).hasPrefix("HTTP/1.1 408 "))
            #expect(!server.isOpen)
        }
    }

    @Test("a connection that has got only an empty line is as idle as before", arguments: [0, 40])
    func strayEmptyLine(after seconds: Int) throws {
        try VirtualServer.run(handler: Self.hello) { (server) throws in
            try server.send(Self.request)
            try server.advance(.seconds(seconds))
            #expect(try server.send("\r") == "")
            try server.advance(.seconds(11))
            #expect(try server.send("\n") == "")
            try server.advance(.seconds(74 - 11 - seconds))
            #expect(server.isOpen)
            #expect(try server.advance(.milliseconds(1400)) == "")
            #expect(!server.isOpen)
        }
    }

    @Test("a request behind a stray empty line has as much time as any")
    func headBehindEmptyLine() throws {
        try VirtualServer.run(handler: Self.hello) { (server) throws in
            try server.send(Self.request)
            #expect(try server.send("\r\nGET") == "")
            #expect(try server.advance(.milliseconds(10_400)).hasPrefix("HTTP/1.1 408 "))
        }
        try VirtualServer.run(handler: Self.hello) { (server) throws in
            #expect(try server.send(Self.request + "\r\n").hasSuffix("hi"))
            try server.advance(.seconds(20))
            #expect(try server.send(Self.request).hasSuffix("hi"))
        }
        try VirtualServer.run(handler: Self.hello) { (server) throws in
            try server.send("\r\n")
            #expect(try server.advance(.seconds(11)) == "")
            #expect(!server.isOpen)
        }
    }

    @Test("a small body that pauses too long is answered with 408")
    func wholeBody() throws {
        try VirtualServer.run(handler: Self.hello) { (server) throws in
            try server.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\na")
            try server.advance(.milliseconds(29_900))
            #expect(try server.send("b") == "")
            try server.advance(.milliseconds(29_900))
            #expect(server.isOpen)
            #expect(try server.advance(.milliseconds(400)).hasPrefix("HTTP/1.1 408 "))
            #expect(!server.isOpen)
        }
    }

    @Test("a streamed body that pauses too long fails its reader with 408, and the connection ends")
    func streamedBody() throws {
        try VirtualServer.run(
            handler: { request, _ in
                Response(String(buffer: try await request.body.collect(upTo: 100)))
            },
            { (server) throws in
                try server.send(
                    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na"
                )
                try server.advance(.milliseconds(29_900))
                #expect(server.isOpen)
                let answer = try server.advance(.milliseconds(400))
                #expect(answer.hasPrefix("HTTP/1.1 408 "))
                #expect(answer.contains("\r\nConnection: close\r\n"))
                #expect(!server.isOpen)
            }
        )
    }

    private static let chunked =
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static let echo: VirtualServer.Handle = { request, _ in
        Response(String(buffer: try await request.body.collect(upTo: 100)))
    }

    @Test(
        "a chunk-size line or trailers that dribble are answered with 408",
        arguments: ["1;", "1\r\na\r\n00;", "0\r\nT: ", "0\r\n"]
    )
    func dribblingFraming(_ start: String) throws {
        try VirtualServer.run(handler: Self.echo) { (server) throws in
            try server.send(Self.chunked)
            try server.advance(.seconds(20))
            try server.send(start)
            for _ in 0..<9 {
                try server.advance(.milliseconds(1100))
                #expect(try server.send("a") == "")
                #expect(server.isOpen)
            }
            #expect(try server.advance(.milliseconds(600)).hasPrefix("HTTP/1.1 408 "))
            #expect(!server.isOpen)
        }
    }

    @Test("every chunk-size line has its own time, and pauses between chunks are not counted")
    func slowFraming() throws {
        try VirtualServer.run(handler: Self.echo) { (server) throws in
            try server.send(Self.chunked + "1")
            for piece in ["\r\na\r\n", "1", "\r\nb\r\n1", "\r\nc\r\n1", "\r\nd\r\n0\r\n"] {
                try server.advance(.seconds(8))
                #expect(try server.send(piece) == "")
            }
            try server.advance(.seconds(8))
            #expect(try server.send("\r\n").hasSuffix("\r\n\r\nabcd"))
        }
    }

    @Test("a body is not waited for before its reader asked for it with 100 Continue")
    func continueIsNotHurried() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { request, _ in
                try await gate.wait()
                return Response(String(buffer: try await request.body.collect(upTo: 100)))
            },
            { (server) throws in
                let head =
                    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
                #expect(try server.send(head) == "")
                #expect(try server.advance(.seconds(100)) == "")
                gate.open()
                #expect(try server.answered() == "HTTP/1.1 100 Continue\r\n\r\n")
                #expect(try server.send("ok").hasSuffix("\r\n\r\nok"))
            }
        )
    }

    @Test("an idle connection is closed")
    func keepAlive() throws {
        try VirtualServer.run(handler: Self.hello) { (server) throws in
            try server.send(Self.request)
            try server.advance(.milliseconds(74_900))
            #expect(server.isOpen)
            #expect(try server.advance(.milliseconds(400)) == "")
            #expect(!server.isOpen)
        }
    }

    @Test("a handler may take as long as it likes")
    func slowHandler() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { _, _ in
                try await gate.wait()
                return Response("late")
            },
            { (server) throws in
                try server.send(Self.request)
                #expect(try server.advance(.seconds(1000)) == "")
                #expect(gate.cancellations == 0)
                gate.open()
                #expect(try server.answered().hasSuffix("late"))
            }
        )
    }

    @Test("a peer that takes nothing of a streamed response is given up, and its writer told")
    func writeStall() throws {
        let start = Gate()
        let failure = Gate()
        try VirtualServer.run(
            handler: { _, _ in
                Response(
                    body: Body { writer in
                        try await start.wait()
                        do {
                            try await writer.write("one")
                            try await writer.write("two")
                        } catch {
                            failure.open()
                            try await failure.wait()
                            throw error
                        }
                    }
                )
            },
            { (server) throws in
                try server.send(Self.request)
                server.setWritable(false)
                start.open()
                let sent = try server.answered()
                #expect(sent.hasSuffix("3\r\none\r\n"))
                try server.advance(.milliseconds(29_900))
                #expect(server.isOpen)
                #expect(failure.arrivals == 0)
                try server.advance(.milliseconds(400))
                #expect(!server.isOpen)
                #expect(failure.arrivals == 1)
            }
        )
    }

    @Test("a body's time-out runs again after the writer was held up")
    func bodyAfterStall() throws {
        try VirtualServer.run(
            handler: { request, _ in
                let body = request.body
                return Response(
                    body: Body { writer in
                        for try await piece in body { try await writer.write(piece) }
                    }
                )
            },
            { (server) throws in
                try server.send(
                    "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
                )
                server.setWritable(false)
                try server.send("1\r\nb\r\n")
                try server.advance(.seconds(10))
                server.setWritable(true)
                try server.advance(.milliseconds(29_800))
                #expect(server.isOpen)
                try server.advance(.milliseconds(400))
                #expect(!server.isOpen)
            }
        )
    }

    @Test("a request whose peer has closed its half is cancelled after the grace")
    func halfClose() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { _, _ in
                try await gate.wait()
                return Response("done")
            },
            { (server) throws in
                try server.send(Self.request)
                server.endInput()
                try server.advance(.milliseconds(900))
                #expect(gate.cancellations == 0)
                try server.advance(.milliseconds(400))
                #expect(gate.cancellations == 1)
                #expect(!server.isOpen)
            }
        )
    }

    @Test("a request is cancelled at its deadline")
    func deadline() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { _, context in
                context.scope?.cancelCall(at: .now + .milliseconds(300))
                context.scope?.cancelCall(at: .now + .seconds(300))
                try await gate.wait()
                return Response("done")
            },
            { (server) throws in
                #expect(try server.send(Self.request) == "")
                #expect(gate.cancellations == 0)
                #expect(try server.advance(.milliseconds(301)).hasPrefix("HTTP/1.1 503 "))
                #expect(gate.cancellations == 1)
                #expect(server.isOpen)
            }
        )
    }

    @Test("a deadline does not reach into the next request")
    func deadlineOfThePast() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { request, context in
                if request.target == "/first" {
                    context.scope?.cancelCall(at: .now + .milliseconds(300))
                }
                try await gate.wait()
                return Response("done")
            },
            { (server) throws in
                try server.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n")
                gate.letOnePass()
                #expect(try server.answered().hasSuffix("done"))
                try server.send(Self.request)
                #expect(try server.advance(.seconds(1)) == "")
                #expect(gate.cancellations == 0)
            }
        )
    }

    @Test("a stalled peer's next request waits, and is given up when it takes nothing")
    func pipelinedBehindStall() throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { _, _ in
                try await gate.wait()
                return Response("hi")
            },
            { (server) throws in
                gate.open()
                try server.send(Self.request)
                server.setWritable(false)
                #expect(try server.send(Self.request + Self.request) == "")
                #expect(gate.arrivals == 1)
                server.setWritable(true)
                #expect(try server.answered().components(separatedBy: "hi").count == 3)
                server.setWritable(false)
                try server.send(Self.request)
                try server.advance(.milliseconds(29_900))
                #expect(server.isOpen)
                try server.advance(.milliseconds(400))
                #expect(!server.isOpen)
                #expect(gate.arrivals == 3)
            }
        )
    }
}

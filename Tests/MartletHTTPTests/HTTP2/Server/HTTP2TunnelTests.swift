import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore
import Testing

@testable import MartletHTTP

@Suite("HTTP/2: CONNECT (RFC 9113 §8.5) and extended CONNECT (RFC 8441)", .timeLimit(.minutes(1)))
struct HTTP2TunnelTests {
    private struct Broken: Error {}
    private let gate = Gate()

    /// Handlers as HTTP/1.1 has them.
    private func handler() throws -> any Handler<Request, Response> {
        var router = Router()
        router.get("/echo") { request, _ in
            guard request.upgradeProtocols.contains("echo") else { return Response("plain") }
            let headers: Headers = [.server: request.method.rawValue]
            return Response.upgrade(to: "echo", headers: headers) { connection in
                for try await piece in connection.inbound {
                    if String(buffer: piece) == "break" { throw Broken() }
                    try await connection.outbound.write(piece)
                }
                try await connection.outbound.write("end")
            }
        }
        router.get("/wait") { [gate] _, _ in
            Response.upgrade(to: "wait") { _ in try await gate.wait() }
        }
        router.get("/late") { [gate] _, _ in
            try await gate.wait()
            return Response.upgrade(to: "late") { connection in
                for try await piece in connection.inbound {
                    try await connection.outbound.write(piece)
                }
            }
        }
        return try router.compile()
    }

    private func run(
        limits: HTTPLimits = HTTPLimits(),
        http2Limits: HTTP2Limits = HTTP2Limits(),
        _ body: (HTTP2Peer, VirtualServer) throws -> Void
    ) throws {
        try VirtualServer.run(limits: limits, http2Limits: http2Limits, handler: handler()) {
            let peer = HTTP2Peer($0)
            try peer.exchange()
            try body(peer, $0)
        }
    }

    @Test("a handler upgrades a request of HTTP/1.1 and an extended CONNECT alike")
    func upgrade() throws {
        try VirtualServer.run(handler: handler()) { server in
            let text =
                "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: a, echo\r\n\r\n"
            let answer = try server.send(text + "hi")
            #expect(answer.hasPrefix("HTTP/1.1 101 "))
            #expect(answer.hasSuffix("\r\n\r\nhi"))
        }
        try run { peer, _ in
            #expect(peer.machine.peerSettings.enablesConnectProtocol)
            let stream = peer.request(.connect, "/echo", protocolName: "echo", ends: false)
            try peer.exchange()
            #expect(peer[stream].status == 200)
            #expect(peer[stream].headers[.server] == "GET")
            #expect(peer[stream].headers[.upgrade] == nil)
            #expect(peer[stream].headers[.contentLength] == nil)
            #expect(!peer[stream].hasEnded)
            for text in ["hi", " there"] {
                peer.send(text, on: stream)
                try peer.exchange()
            }
            #expect(peer[stream].body == "hi there")
            peer.send("!", on: stream, ends: true)
            try peer.exchange()
            #expect(peer[stream].body == "hi there!end")
            #expect(peer[stream].hasEnded)
            #expect(peer[stream].reset == nil)
        }
    }

    @Test("bytes that come before the answer wait for the handler, and then go through")
    func early() throws {
        try run { peer, _ in
            let stream = peer.request(.connect, "/late", protocolName: "late", ends: false)
            peer.send("early", on: stream)
            try peer.exchange()
            #expect(peer[stream].status == 0)
            gate.open()
            try peer.exchange()
            #expect(peer[stream].body == "early")
        }
    }

    @Test("a tunnel has no limit of length, and no time-out while both ends are silent")
    func unlimited() throws {
        var limits = HTTPLimits()
        limits.bodySize = 1000
        try run(limits: limits) { peer, server in
            let stream = peer.request(.connect, "/echo", protocolName: "echo", ends: false)
            for _ in 0..<20 {
                peer.send(String(repeating: "x", count: 100), on: stream)
                try peer.exchange()
                server.pass(.seconds(100))
                peer.take(try server.exchange(ByteBuffer()))
            }
            #expect(peer[stream].body.count == 2000)
            #expect(peer[stream].reset == nil)
        }
    }

    @Test("a tunnel whose handler throws is reset with CANCEL, and nothing else ends")
    func broken() throws {
        try run { peer, server in
            let stream = peer.request(.connect, "/echo", protocolName: "echo", ends: false)
            let other = peer.request(.connect, "/echo", protocolName: "echo", ends: false)
            peer.send("break", on: stream)
            peer.send("on", on: other)
            try peer.exchange()
            #expect(peer[stream].reset == .cancel)
            #expect(peer[other].body == "on")
            #expect(server.isOpen)
        }
    }

    @Test("a tunnel is cancelled when its peer resets it, leaves, or the server shuts down")
    func cancelled() throws {
        for way in 0..<3 {
            try run { peer, server in
                let before = gate.cancellations
                let stream = peer.request(.connect, "/wait", protocolName: "wait", ends: false)
                try peer.exchange()
                #expect(peer[stream].status == 200)
                switch way {
                case 0:
                    if let stream { peer.machine.reset(stream, .cancel) }
                    try peer.exchange()
                case 1: server.disconnect()
                default:
                    server.drain()
                    try peer.exchange()
                    #expect(peer[stream].reset == .cancel)
                }
                #expect(gate.cancellations == before + 1)
            }
        }
    }

    @Test("what answers an extended CONNECT with anything else than its upgrade refuses it")
    func refused() throws {
        try run { peer, _ in
            let plain = peer.request(.connect, "/echo", protocolName: "other", ends: false)
            let missing = peer.request(.connect, "/none", protocolName: "echo", ends: false)
            let wrong = peer.request(.connect, "/wait", protocolName: "echo", ends: false)
            let get = peer.request(.get, "/wait")
            try peer.exchange()
            #expect(peer[plain].status == 501)
            #expect(peer[missing].status == 404)
            #expect(peer[wrong].status == 500)
            #expect(peer[get].status == 500)
        }
    }

    @Test("RFC 8441 §3: extended CONNECT that was not offered is malformed")
    func notOffered() throws {
        var limits = HTTP2Limits()
        limits.allowsExtendedConnect = false
        try run(http2Limits: limits) { peer, _ in
            #expect(!peer.machine.peerSettings.enablesConnectProtocol)
            let stream = peer.request(.connect, "/echo", protocolName: "echo", ends: false)
            try peer.exchange()
            #expect(peer[stream].reset == .protocolError)
        }
    }

    @Test("CONNECT makes a tunnel, and its error is CONNECT_ERROR")
    func tunnel() throws {
        let handler: VirtualServer.Handle = { request, _ in
            #expect(request.method == .connect && request.target == "b:443")
            #expect(request.scheme == "http" && request.upgradeProtocols.isEmpty)
            return .tunnel { connection in
                for try await piece in connection.inbound {
                    if String(buffer: piece) == "break" { throw Broken() }
                    try await connection.outbound.write(piece)
                }
            }
        }
        try VirtualServer.run(handler: handler) { server in
            let peer = HTTP2Peer(server)
            let stream = peer.request(.connect, "", authority: "b:443", ends: false)
            peer.send("hi", on: stream)
            try peer.exchange()
            #expect(peer[stream].status == 200)
            #expect(peer[stream].body == "hi")
            let broken = peer.request(.connect, "", authority: "b:443", ends: false)
            peer.send("break", on: broken)
            peer.send("", on: stream, ends: true)
            try peer.exchange()
            #expect(peer[stream].hasEnded)
            #expect(peer[broken].reset == .connectError)
        }
    }

    @Test("CONNECT whose handler makes no tunnel is told that there is none")
    func noTunnel() throws {
        let handler: VirtualServer.Handle = { _, _ in Response("no tunnel") }
        try VirtualServer.run(handler: handler) { server in
            let peer = HTTP2Peer(server)
            let stream = peer.request(.connect, "", authority: "b:443", ends: false)
            try peer.exchange()
            #expect(peer[stream].status == 501)
        }
    }

    @Test("a writer waits for the windows of a tunnel's peer, which is cut off when it stalls")
    func stalled() throws {
        var limits = HTTP2Limits()
        limits.streamWindowSize = 10
        limits.largestStreamWindowSize = 10
        let handler: VirtualServer.Handle = { _, _ in
            .upgrade(to: "flood") { connection in
                while true { try await connection.outbound.write("12345678") }
            }
        }
        try VirtualServer.run(handler: handler) { server in
            let peer = HTTP2Peer(server, limits: limits)
            peer.isReading = false
            let stream = peer.request(.connect, "/", protocolName: "flood", ends: false)
            try peer.exchange()
            #expect(peer[stream].body.count == 10)
            for _ in 0..<35 {
                server.pass(.seconds(1))
                peer.take(try server.exchange(ByteBuffer()))
            }
            #expect(peer[stream].reset == .cancel)
        }
    }
}

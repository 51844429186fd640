import HTTPTypes
import MartletCore
import MartletTransport
import MetricsTestKit
import NIOCore
import TestSupport
import Testing

@testable import MartletHTTP

@Suite("HTTP/2 and its limits on a server's connection", .timeLimit(.minutes(1)))
struct HTTP2ServerLimitTests {
    private let gate = Gate()

    private func run(
        limits: HTTPLimits = HTTPLimits(),
        http2Limits: HTTP2Limits = HTTP2Limits(),
        _ body: (HTTP2Peer, VirtualServer) throws -> Void
    ) throws {
        var router = Router()
        router.get("/") { _, _ in "hello" }
        router.get("/slow") { [gate] _, _ in
            try await gate.wait()
            return "slow"
        }
        router.post("/") { request, _ in
            "\(try await request.body.collect(upTo: 10_000).readableBytes)"
        }
        let handler = try router.compile()
        try VirtualServer.run(limits: limits, http2Limits: http2Limits, handler: handler) {
            try body(HTTP2Peer($0), $0)
        }
    }

    @Test("a head that is too large is answered with 431, and the connection goes on")
    func headerList() throws {
        var limits = HTTP2Limits()
        limits.headerListSize = 1000
        try run(http2Limits: limits) { peer, server in
            let large = peer.request(.get, "/", [.cookie: String(repeating: "x", count: 2000)])
            let small = peer.request()
            try peer.exchange()
            #expect(peer[large].status == 431)
            #expect(try strikes(server, "header_list_size") == 1)
            #expect(peer[small].body == "hello")
        }
    }

    @Test("trailers that are too large end their stream, and the connection goes on")
    func trailerList() throws {
        var limits = HTTP2Limits()
        limits.headerListSize = 1000
        try run(http2Limits: limits) { peer, server in
            let large = peer.request(.post, "/", ends: false)
            if let large {
                peer.machine.sendHeaders(large, endsStream: true) { block in
                    let trailers: Headers = [.cookie: String(repeating: "x", count: 2000)]
                    _ = peer.encoder.encode(trailers, into: &block)
                }
            }
            let small = peer.request()
            try peer.exchange()
            #expect(peer[large].reset == .enhanceYourCalm)
            #expect(try strikes(server, "header_list_size") == 1)
            #expect(peer[small].body == "hello")
        }
    }

    @Test("an idle connection gives its memory back, and serves on")
    func idleMemory() throws {
        try run { peer, server in
            for _ in 0..<3 {
                let streams = (0..<20).map { _ in peer.request() }
                try peer.exchange()
                #expect(streams.allSatisfy { peer[$0].body == "hello" })
                let connection = try #require(server.http2)
                #expect(connection.streams.capacity > 0)
                #expect(connection.machine.output.capacity == 0)
                server.pass(.seconds(2))
                #expect(connection.streams.capacity == 0)
                #expect(connection.fields.bytes.capacity == 0)
                #expect(connection.machine.streams.slots.isEmpty)
            }
        }
    }

    @Test("a body that is too large is answered with 413")
    func bodySize() throws {
        var limits = HTTPLimits()
        limits.bodySize = 10
        try run(limits: limits) { peer, _ in
            let said = peer.request(.post, "/", length: 11, ends: false)
            let unsaid = peer.request(.post, "/", ends: false)
            peer.send("12345678901", on: unsaid, ends: true)
            let small = peer.request(.post, "/", length: 10, ends: false)
            peer.send("1234567890", on: small, ends: true)
            try peer.exchange()
            #expect(peer[said].status == 413)
            #expect(peer[unsaid].status == 413)
            #expect(peer[small].body == "10")
        }
    }

    @Test("a header block that cannot be decoded ends the connection")
    func compression() throws {
        try run { peer, server in
            try peer.exchange()
            _ = peer.machine.openStream(endsStream: true) { $0.writeBytes([0xFF, 0xFF, 0xFF]) }
            try peer.exchange()
            #expect(peer.goAways == [.compressionError])
            try server.advance(.seconds(3))
            #expect(!server.isOpen)
        }
    }

    @Test("a malformed request is reset")
    func malformed() throws {
        try run { peer, _ in
            let stream = peer.machine.openStream(endsStream: true) { block in
                peer.encoder.encode("accept", "*/*", into: &block)
            }
            try peer.exchange()
            #expect(peer[stream].reset == .protocolError)
        }
    }

    @Test("a body that stops coming is given up")
    func slowBody() throws {
        try run { peer, server in
            try peer.exchange()
            let stream = peer.request(.post, "/", ends: false)
            peer.send("a", on: stream)
            try peer.exchange()
            for _ in 0..<29 {
                try server.advance(.seconds(1))
            }
            #expect(peer[stream].reset == nil)
            peer.send("b", on: stream)
            try peer.exchange()
            for _ in 0..<32 { peer.take(try exchange(server, .seconds(1))) }
            #expect(peer[stream].reset == .cancel)
        }
    }

    @Test("a connection that is idle for too long is ended in order")
    func idle() throws {
        try run { peer, server in
            let stream = peer.request()
            try peer.exchange()
            #expect(peer[stream].body == "hello")
            for _ in 0..<70 { peer.take(try exchange(server, .seconds(1))) }
            #expect(peer.goAways == [])
            for _ in 0..<8 { peer.take(try exchange(server, .seconds(1))) }
            #expect(peer.goAways == [.noError])
            #expect(!server.isOpen)
        }
    }

    @Test("a client that says nothing after its preface is let go")
    func silence() throws {
        try run { _, server in
            _ = try server.exchange(ByteBuffer(bytes: HTTP2Preface.bytes))
            for _ in 0..<13 { _ = try exchange(server, .seconds(1)) }
            #expect(!server.isOpen)
        }
    }

    @Test("a client that does not acknowledge settings is let go")
    func settings() throws {
        try run { peer, server in
            let stream = peer.request(.get, "/slow")
            var sent = ByteBuffer()
            swap(&sent, &peer.machine.output)
            // The acknowledgement of what comes with the answer stays behind.
            peer.take(try server.exchange(sent))
            #expect(peer[stream].status == 0)
            for _ in 0..<11 { peer.take(try exchange(server, .seconds(1))) }
            #expect(peer.goAways == [.settingsTimeout])
        }
    }

    @Test("a shutdown announces the end, and lets streams finish")
    func drain() throws {
        try run { peer, server in
            let slow = peer.request(.get, "/slow")
            try peer.exchange()
            server.drain()
            try peer.exchange()
            #expect(peer.goAways == [.noError, .noError])
            #expect(peer.request() == nil)
            #expect(server.isOpen)
            gate.letOnePass()
            try peer.exchange()
            #expect(peer[slow].body == "slow")
            for _ in 0..<3 { _ = try exchange(server, .seconds(1)) }
            #expect(!server.isOpen)
        }
    }

    @Test("a flood of resets ends the connection")
    func rapidReset() throws {
        try run { peer, server in
            try peer.exchange()
            for _ in 0..<1000 {
                guard let stream = peer.request(.get, "/slow") else { break }
                peer.machine.reset(stream, .cancel)
                try peer.exchange()
                if !peer.goAways.isEmpty { break }
            }
            #expect(peer.goAways == [.enhanceYourCalm])
            #expect(try strikes(server, "rapid_reset") == 1)
        }
    }

    @Test("no bytes after the preface trap, and the server goes on or ends", arguments: 0..<50)
    func noise(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        try run { peer, server in
            try peer.exchange()
            var bytes = ByteBuffer()
            for _ in 0..<20 {
                let count = Int.random(in: 0...40, using: &random)
                bytes.writeInteger(UInt8(0))
                bytes.writeInteger(UInt16(count))
                bytes.writeInteger(UInt8.random(in: 0...10, using: &random))
                bytes.writeInteger(UInt8.random(in: 0...0xFF, using: &random))
                bytes.writeInteger(UInt32.random(in: 0...5, using: &random))
                for _ in 0..<count {
                    bytes.writeInteger(UInt8.random(in: 0...0xFF, using: &random))
                }
            }
            while let piece = bytes.readSlice(length: min(17, bytes.readableBytes)),
                piece.readableBytes > 0, server.isOpen
            {
                _ = try server.exchange(piece)
            }
        }
    }

    /// How often a defence struck.
    private func strikes(_ server: VirtualServer, _ defence: String) throws -> Int64 {
        let label = "http.server.http2.defences"
        return try server.metrics.expectCounter(label, [("defence", defence)]).totalValue
    }

    @Test("a stream whose window stays closed is reset")
    func stalledWindow() throws {
        var limits = HTTP2Limits()
        limits.streamWindowSize = 10
        limits.largestStreamWindowSize = 10
        var router = Router()
        router.get("/") { _, _ in String(repeating: "x", count: 100) }
        let handler = try router.compile()
        try VirtualServer.run(handler: handler) { server in
            let peer = HTTP2Peer(server, limits: limits)
            peer.isReading = false
            let stream = peer.request()
            try peer.exchange()
            for _ in 0..<29 { peer.take(try exchange(server, .seconds(1))) }
            #expect(peer[stream].reset == nil)
            for _ in 0..<4 { peer.take(try exchange(server, .seconds(1))) }
            #expect(peer[stream].reset == .cancel)
            #expect(try strikes(server, "stalled_window") == 1)
        }
    }

    @Test("a peer that reads nothing is let go")
    func slowRead() throws {
        try run { peer, server in
            _ = peer.request()
            try peer.exchange()
            server.setWritable(false)
            _ = peer.request()
            try peer.exchange()
            for _ in 0..<40 { _ = try exchange(server, .seconds(1)) }
            #expect(!server.isOpen)
            #expect(try strikes(server, "slow_read") == 1)
        }
    }

    private func exchange(_ server: VirtualServer, _ duration: Duration) throws -> ByteBuffer {
        server.pass(duration)
        return try server.exchange(ByteBuffer())
    }
}

import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore
import Testing

@testable import MartletHTTP

@Suite("HTTP/2 on a server's connection", .timeLimit(.minutes(1)))
struct HTTP2ServerTests {
    private let gate = Gate()

    /// Runs `body` against a server with the routes of these tests.
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
        router.get("/none") { _, _ in Response(.noContent) }
        router.get("/long") { _, _ in String(repeating: "0123456789", count: 20_000) }
        router.post("/echo") { request, _ in
            var response = Response(.ok)
            response.body = request.body
            return response
        }
        router.post("/count") { request, _ in
            var count = 0
            for try await piece in request.body { count += piece.readableBytes }
            return "\(count) \(request.body.trailers?[.checksum] ?? "-")"
        }
        router.post("/whole") { request, _ in
            Response(body: Body(request.body.whole ?? ByteBuffer(), trailers: [.checksum: "abc"]))
        }
        router.post("/unread") { _, _ in "unread" }
        let handler = try router.compile()
        try VirtualServer.run(limits: limits, http2Limits: http2Limits, handler: handler) {
            try body(HTTP2Peer($0), $0)
        }
    }

    @Test("answers who begins with the preface, however it is split", arguments: [1, 7, 10_000])
    func preface(size: Int) throws {
        try run { peer, _ in
            let stream = peer.request()
            try peer.exchange(inPiecesOf: size)
            #expect(peer[stream].status == 200)
            #expect(peer[stream].headers[.contentType] == "text/plain; charset=utf-8")
            #expect(peer[stream].headers[.contentLength] == "5")
            #expect(peer[stream].headers[.date] != nil)
            #expect(peer[stream].body == "hello")
            #expect(peer[stream].hasEnded)
            #expect(peer.failure == nil)
        }
    }

    @Test("takes what only looks like the preface for HTTP/1")
    func noPreface() throws {
        try run { _, server in
            let first = try server.send("PRI * HTTP/2.0\r\n\r\n")
            #expect(first == "")
            let second = try server.send("XX\r\n\r\n")
            #expect(second.hasPrefix("HTTP/1.1 "))
        }
    }

    @Test("answers the requests of a turn in one write")
    func oneWrite() throws {
        try run { peer, server in
            try peer.exchange()
            let before = server.writeCount
            let streams = (0..<50).map { _ in peer.request() }
            try peer.exchange()
            #expect(server.writeCount == before + 1)
            #expect(streams.allSatisfy { peer[$0].body == "hello" })
        }
    }

    @Test("answers in the order in which handlers are done")
    func order() throws {
        try run { peer, _ in
            let slow = peer.request(.get, "/slow")
            let quick = peer.request()
            try peer.exchange()
            #expect(peer[quick].hasEnded)
            #expect(!peer[slow].hasEnded)
            gate.letOnePass()
            try peer.exchange()
            #expect(peer[slow].body == "slow")
        }
    }

    @Test("hands a small body over whole, and streams one of unknown length")
    func bodies() throws {
        try run { peer, _ in
            let whole = peer.request(.post, "/echo", length: 6, ends: false)
            peer.send("abc", on: whole)
            let streamed = peer.request(.post, "/count", ends: false)
            peer.send("12345", on: streamed)
            try peer.exchange()
            #expect(!peer[whole].hasEnded)
            peer.send("def", on: whole, ends: true)
            peer.send("6", on: streamed, ends: true)
            try peer.exchange()
            #expect(peer[whole].body == "abcdef")
            #expect(peer[streamed].body == "6 -")
        }
    }

    @Test("sends trailers behind a body that is whole", arguments: ["abc", ""])
    func wholeTrailers(text: String) throws {
        try run { peer, _ in
            let stream = peer.request(.post, "/whole", ends: false)
            peer.send(text, on: stream, ends: true)
            try peer.exchange()
            #expect(peer[stream].body == text)
            #expect(peer[stream].headers[.contentLength] == nil)
            #expect(peer[stream].trailers == [.checksum: "abc"])
            #expect(peer[stream].hasEnded)
        }
    }

    @Test("hands a body without a length over whole when it comes with its head")
    func wholeWithoutLength() throws {
        try run { peer, _ in
            let together = peer.request(.post, "/whole", ends: false)
            peer.send("together", on: together, ends: true)
            try peer.exchange()
            #expect(peer[together].body == "together")
            let apart = peer.request(.post, "/whole", ends: false)
            peer.send("a", on: apart)
            try peer.exchange()
            #expect(peer[apart].hasEnded)
            #expect(peer[apart].body == "")
        }
    }

    @Test("refuses a body without a length that is too long, also when it comes with its head")
    func tooLongWithoutLength() throws {
        var limits = HTTPLimits()
        limits.bodySize = 4
        try run(limits: limits) { peer, _ in
            let stream = peer.request(.post, "/count", ends: false)
            peer.send("12345", on: stream, ends: true)
            try peer.exchange()
            #expect(peer[stream].status == 413)
        }
    }

    @Test("reads trailers")
    func trailers() throws {
        try run { peer, _ in
            let stream = try #require(peer.request(.post, "/count", ends: false))
            peer.send("123", on: stream)
            peer.machine.sendHeaders(stream, endsStream: true) { block in
                _ = peer.encoder.encode([.checksum: "abc"], into: &block)
            }
            try peer.exchange()
            #expect(peer[stream].body == "3 abc")
        }
    }

    @Test("resets a request whose content is not as long as it says, and no other")
    func wrongLength() throws {
        try run { peer, _ in
            let slow = peer.request(.get, "/slow")
            let long = peer.request(.post, "/echo", length: 2, ends: false)
            peer.send("abc", on: long, ends: true)
            let short = peer.request(.post, "/echo", length: 2, ends: false)
            peer.send("a", on: short, ends: true)
            let none = peer.request(.post, "/echo", length: 2)
            try peer.exchange()
            for stream in [long, short, none] { #expect(peer[stream].reset == .protocolError) }
            gate.letOnePass()
            try peer.exchange()
            #expect(peer[slow].body == "slow")
        }
    }

    @Test("cancels the handler of a stream that is reset")
    func reset() throws {
        try run { peer, server in
            let stream = try #require(peer.request(.get, "/slow"))
            try peer.exchange()
            peer.machine.reset(stream, .cancel)
            try peer.exchange()
            #expect(gate.cancellations == 1)
            let next = peer.request()
            try peer.exchange()
            #expect(peer[next].body == "hello")
            #expect(server.isOpen)
        }
    }

    @Test("cancels every handler when the connection breaks")
    func disconnect() throws {
        try run { peer, server in
            for _ in 0..<3 { _ = peer.request(.get, "/slow") }
            try peer.exchange()
            server.disconnect()
            #expect(gate.cancellations == 3)
        }
    }

    @Test("sends what the peer's window takes, and the rest when it opens")
    func window() throws {
        var limits = HTTP2Limits()
        limits.streamWindowSize = 1000
        limits.largestStreamWindowSize = 1000
        try run { _, server in
            let peer = HTTP2Peer(server, limits: limits)
            peer.isReading = false
            let stream = try #require(peer.request(.get, "/long"))
            try peer.exchange()
            #expect(peer[stream].body.utf8.count == 1000)
            peer.isReading = true
            peer.machine.consumed(stream, 1000)
            try peer.exchange()
            #expect(peer[stream].body.utf8.count == 200_000)
            #expect(peer[stream].hasEnded)
        }
    }

    @Test("gives no more window than the handler reads")
    func backpressure() throws {
        var limits = HTTP2Limits()
        limits.streamWindowSize = 10_000
        limits.largestStreamWindowSize = 10_000
        var own = HTTPLimits()
        own.bodyBufferSize = 4000
        var router = Router()
        router.post("/") { [gate] request, _ in
            try await gate.wait()
            var count = 0
            for try await piece in request.body { count += piece.readableBytes }
            return "\(count)"
        }
        let handler = try router.compile()
        try VirtualServer.run(limits: own, http2Limits: limits, handler: handler) { server in
            let peer = HTTP2Peer(server)
            try peer.exchange()
            let stream = peer.request(.post, "/", ends: false)
            var left = peer.send(String(repeating: "x", count: 30_000), on: stream)
            try peer.exchange()
            #expect(left == 20_000)
            left = peer.send(String(repeating: "x", count: 20_000), on: stream)
            #expect(left == 20_000)
            gate.letOnePass()
            while left > 0 {
                try peer.exchange()
                left = peer.send(String(repeating: "x", count: left), on: stream)
            }
            peer.send("", on: stream, ends: true)
            try peer.exchange()
            #expect(peer[stream].body == "30000")
        }
    }

    @Test("lets a request end that has been answered, but not for long")
    func unread() throws {
        try run { peer, server in
            let ending = peer.request(.post, "/unread", ends: false)
            let waiting = peer.request(.post, "/unread", ends: false)
            let large = peer.request(.post, "/unread", ends: false)
            try peer.exchange()
            for stream in [ending, waiting, large] { #expect(peer[stream].body == "unread") }
            peer.send("the end", on: ending, ends: true)
            peer.send(String(repeating: "x", count: 70_000), on: large)
            try peer.exchange()
            #expect(peer[large].reset == .noError)
            for _ in 0..<20 {
                server.pass(.milliseconds(100))
                try peer.exchange()
            }
            #expect(peer[waiting].reset == .noError)
            #expect(peer[ending].reset == nil)
            #expect(peer.failure == nil)
        }
    }

    @Test("says whether the content that was announced is wanted")
    func expectContinue() throws {
        try run { peer, _ in
            let fields: Headers = [.expect: "100-continue"]
            let wanted = peer.request(.post, "/count", fields, length: 2, ends: false)
            let unwanted = peer.request(.post, "/unread", fields, length: 2, ends: false)
            try peer.exchange()
            #expect(peer[wanted].interim == [100])
            #expect(peer[unwanted].interim == [])
            #expect(peer[unwanted].status == 200)
            peer.send("ab", on: wanted, ends: true)
            try peer.exchange()
            #expect(peer[wanted].body == "2 -")
        }
    }

    @Test("sends no content where there is none")
    func noContent() throws {
        try run { peer, _ in
            let head = peer.request(.head, "/")
            let none = peer.request(.get, "/none")
            try peer.exchange()
            #expect(peer[head].status == 200)
            #expect(peer[head].headers[.contentLength] == "5")
            #expect(peer[head].body == "")
            #expect(peer[head].hasEnded)
            #expect(peer[none].status == 204)
            #expect(peer[none].headers[.contentLength] == nil)
            #expect(peer[none].hasEnded)
        }
    }
}

extension HTTPField.Name {
    /// A field for trailers.
    fileprivate static let checksum = HTTPField.Name("checksum") ?? .eTag
}

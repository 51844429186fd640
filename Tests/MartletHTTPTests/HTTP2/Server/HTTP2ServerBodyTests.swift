import HTTPTypes
import MartletCore
import NIOCore
import Testing

@testable import MartletHTTP

@Suite("HTTP/2 server: content that is read piece by piece")
struct HTTP2ServerBodyTests {
    @Test("gives the window back of all that was read, however full the buffer was in between")
    func windowOfUnevenPieces() throws {
        var limits = HTTPLimits()
        limits.bodyBufferSize = 10_000
        var own = HTTP2Limits()
        own.streamWindowSize = 40_000
        own.largestStreamWindowSize = 40_000
        let (reads, reading) = AsyncStream.makeStream(of: Void.self)
        try VirtualServer.run(limits: limits, http2Limits: own) { request, _ in
            var pieces = request.body.makeAsyncIterator()
            var count = 0
            for await _ in reads {
                guard let piece = try await pieces.next() else { break }
                count += piece.readableBytes
            }
            return Response("\(count)")
        } _: { server in
            let peer = HTTP2Peer(server)
            let stream = peer.request(.post, "/", ends: false)
            try peer.exchange()
            func send(_ count: Int) throws {
                #expect(peer.send(String(repeating: "a", count: count), on: stream) == 0)
                try peer.exchange()
            }
            func read() throws {
                reading.yield()
                try peer.exchange()
            }
            for _ in 0..<20 {
                try send(6000)
                // Now there is no room for more,
                try send(6000)
                // nor so much that it is asked for,
                try read()
                // but for this.
                try send(3000)
                try read()
                try read()
            }
            peer.send("", on: stream, ends: true)
            try peer.exchange()
            try read()
            #expect(peer[stream].body == "300000")
        }
    }
}

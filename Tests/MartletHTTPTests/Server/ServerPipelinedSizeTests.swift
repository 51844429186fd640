import MartletCore
import NIOCore
import Testing

@testable import MartletHTTP

@Suite("Server connections: how much is read ahead")
struct ServerPipelinedSizeTests {
    private static let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let perPiece = 40
    private static let piece = String(repeating: request, count: perPiece)

    /// A peer that sends a piece whenever the socket is read, for as long as that lasts.
    ///
    /// - Returns: How many pieces it sent, 100 at most, and what was answered.
    private func sendWhileRead(
        _ server: VirtualServer
    ) throws -> (pieces: Int, answers: String) {
        var pieces = 0
        var answers = ""
        while server.isReading, pieces < 100 {
            answers += try server.send(Self.piece)
            pieces += 1
        }
        return (pieces, answers)
    }

    private func count(_ answers: String) -> Int {
        answers.split(separator: "HTTP/1.1 200 OK\r\n", omittingEmptySubsequences: false).count - 1
    }

    /// Limits that want four pieces.
    private var fourPieces: HTTPLimits {
        var limits = HTTPLimits()
        limits.pipelinedSize = 4 * Self.piece.utf8.count
        return limits
    }

    @Test("the socket is not read over the limit while a handler is at work, and is afterwards")
    func limit() throws {
        let gate = Gate()
        let handler: VirtualServer.Handle = { _, _ in
            try await gate.wait()
            return Response("hi")
        }
        try VirtualServer.run(limits: fourPieces, handler: handler) { (server) throws in
            #expect(try server.send(Self.request) == "")
            #expect(server.isReading)
            let (pieces, answers) = try sendWhileRead(server)
            #expect(pieces == 4)
            #expect(answers == "")
            try server.advance(.seconds(600))
            #expect(!server.isReading)
            gate.open()
            #expect(count(try server.answered()) == 1 + 4 * Self.perPiece)
            #expect(server.isReading)
            #expect(count(try server.send(Self.piece)) == Self.perPiece)
            #expect(server.isOpen)
        }
    }

    @Test("a request that is answered makes room for what it took, and not for a whole read")
    func room() throws {
        let gate = Gate()
        let handler: VirtualServer.Handle = { _, _ in
            try await gate.wait()
            return Response("hi")
        }
        try VirtualServer.run(limits: fourPieces, handler: handler) { (server) throws in
            var pieces = try sendWhileRead(server).pieces
            var answered = 0
            for _ in 0..<(5 * Self.perPiece) {
                gate.letOnePass()
                answered += count(try server.answered())
                pieces += try sendWhileRead(server).pieces
                #expect(server.connection.parser.bufferedCount < 5 * Self.piece.utf8.count)
            }
            #expect(answered == 5 * Self.perPiece)
            #expect(pieces > 8)
            gate.open()
            #expect(count(try server.answered()) == pieces * Self.perPiece - answered)
            #expect(server.isReading)
        }
    }

    @Test(
        "a request that is longer than what is read ahead is read when its turn comes",
        arguments: [
            ("GET /\(String(repeating: "a", count: 100)) HTTP/1.1\r\nHo", "st: h\r\n\r\n"),
            (put("/whole", 50) + String(repeating: "a", count: 40), "0123456789"),
            (put("/streamed", 150) + String(repeating: "a", count: 140), "0123456789"),
            (put("/unread", 150) + String(repeating: "a", count: 140), "0123456789"),
            (put("/chunked", nil) + "a\r\n0123456789\r\na\r\n01234", "56789\r\n0\r\n\r\n"),
        ]
    )
    func long(start: String, rest: String) throws {
        let gate = Gate()
        var limits = HTTPLimits()
        limits.pipelinedSize = 16
        limits.wholeBodySize = 64
        let handler: VirtualServer.Handle = { request, _ in
            if request.target == "/" { try await gate.wait() }
            if request.target != "/unread" { _ = try await request.body.collect(upTo: 1000) }
            return Response("hi")
        }
        try VirtualServer.run(limits: limits, handler: handler) { (server) throws in
            #expect(try server.send(Self.request + start) == "")
            #expect(!server.isReading)
            gate.open()
            var answers = try server.answered()
            #expect(server.isReading)
            answers += try server.send(rest)
            #expect(count(answers) == 2)
            #expect(count(try server.send(Self.request)) == 1)
            #expect(server.isReading)
        }
    }

    private static func put(_ target: String, _ length: Int?) -> String {
        let framing = length.map { "Content-Length: \($0)" } ?? "Transfer-Encoding: chunked"
        return "PUT \(target) HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n"
    }
}

import Foundation
import HTTPTypes
import MartletCore
import NIOCore
import TestSupport
import Testing

@testable import MartletHTTP

@Suite("HTTP/2 by Upgrade: h2c (RFC 7540 §3.2)", .timeLimit(.minutes(1)))
struct HTTP2UpgradeTests {
    private static let echo: VirtualServer.Handle = { request, _ in
        let names = request.headers.map(\.name).joined(separator: " ")
        let content = String(buffer: try await request.body.collect(upTo: 1000))
        return Response("\(request.method) \(request.target) \(content) [\(names)]")
    }

    /// A request that asks for HTTP/2, with the settings INITIAL_WINDOW_SIZE = 5.
    private static func request(
        _ line: String = "GET /a",
        connection: String = "Upgrade, HTTP2-Settings",
        upgrade: String = "h2c",
        settings: [String] = ["AAQAAAAF"],
        more: String = "",
        content: String = ""
    ) -> String {
        "\(line) HTTP/1.1\r\nHost: h\r\nConnection: \(connection)\r\nUpgrade: \(upgrade)\r\n"
            + settings.map { "HTTP2-Settings: \($0)\r\n" }.joined() + more + "\r\n" + content
    }

    private static let switching =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"

    private func run(
        limits: HTTP2Limits = HTTP2Limits(),
        handler: @escaping VirtualServer.Handle = HTTP2UpgradeTests.echo,
        _ body: (VirtualServer) throws -> Void
    ) throws {
        try VirtualServer.run(http2Limits: limits, handler: handler, body)
    }

    /// Sends a request, and reads the frames behind the 101.
    private func upgrade(_ server: VirtualServer, _ request: String) throws -> [RawFrame] {
        var answer = try server.exchange(ByteBuffer(string: request))
        #expect(answer.readString(length: Self.switching.utf8.count) == Self.switching)
        return RawFrame.frames(in: answer)
    }

    @Test("the request is answered as stream 1, and its client goes on in HTTP/2")
    func upgraded() throws {
        try run { (server) throws in
            let frames = try upgrade(server, Self.request(settings: ["AAQAAAAy"]))
            #expect(frames.first?.type == 4)
            #expect(frames.map(\.type) == [4, 8, 1, 0])
            #expect(frames.dropFirst(2).allSatisfy { $0.stream == 1 })
            #expect(frames.last?.flags == .endStream)
            #expect(String(decoding: frames.last?.payload ?? [], as: UTF8.self) == "GET /a  [Host]")
            // The client says its preface, and asks again.
            var encoder = HPACKEncoder()
            var block = ByteBuffer()
            encoder.encodeRequest(
                method: .get,
                scheme: "http",
                authority: "a",
                target: "/b",
                into: &block
            )
            let second = RawFrame(
                type: 1,
                flags: [.endHeaders, .endStream],
                stream: 3,
                payload: Array(buffer: block)
            )
            let bytes = HTTP2Preface.bytes + RawFrame.settings().bytes + second.bytes
            let answers = RawFrame.frames(in: try server.exchange(ByteBuffer(bytes: bytes)))
            #expect(answers.map(\.stream) == [0, 3, 3])
        }
    }

    @Test("the window of HTTP2-Settings holds for stream 1")
    func window() throws {
        try run { (server) throws in
            let frames = try upgrade(server, Self.request())
            #expect(frames.last?.payload.count == 5)
            #expect(frames.last?.flags == [])
            let bytes =
                HTTP2Preface.bytes + RawFrame.settings([4: 1000]).bytes
            let rest = RawFrame.frames(in: try server.exchange(ByteBuffer(bytes: bytes)))
            #expect(rest.last?.flags == .endStream)
        }
    }

    @Test("content that is whole comes along, and the preface may be behind it")
    func content() throws {
        for (more, content) in [
            ("Content-Length: 3\r\n", "abc"),
            ("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        ] {
            try run { (server) throws in
                let request = Self.request(
                    "POST /a",
                    settings: ["AAQAAAAy"],
                    more: more,
                    content: content
                )
                let bytes = HTTP2Preface.bytes + RawFrame.settings().bytes
                let all = request + String(decoding: bytes, as: UTF8.self)
                let frames = try upgrade(server, all)
                let body = frames.first { $0.type == 0 }
                let text = String(decoding: body?.payload ?? [], as: UTF8.self)
                #expect(text.hasPrefix("POST /a abc [Host"))
                #expect(frames.contains { $0.description == "SETTINGS ack" })
            }
        }
    }

    @Test("a HEAD is answered without content, and a suspended handler later")
    func head() throws {
        let gate = Gate()
        let slow: VirtualServer.Handle = { _, _ in
            try await gate.wait()
            return Response("slow")
        }
        try run(handler: slow) { (server) throws in
            #expect(try upgrade(server, Self.request("HEAD /a")).map(\.type) == [4, 8])
            gate.open()
            let frames = RawFrame.frames(in: try server.exchange(ByteBuffer()))
            #expect(frames.map(\.type) == [1])
            #expect(frames.last?.flags == [.endHeaders, .endStream])
        }
    }

    @Test(
        "what cannot be upgraded is answered in HTTP/1.1",
        arguments: [
            HTTP2UpgradeTests.request(connection: "Upgrade"),
            HTTP2UpgradeTests.request(connection: "HTTP2-Settings"),
            HTTP2UpgradeTests.request(upgrade: "h2"),
            HTTP2UpgradeTests.request(settings: []),
            HTTP2UpgradeTests.request(settings: ["AAQAAAAF", "AAQAAAAF"]),
            HTTP2UpgradeTests.request(settings: ["AAQAAAA"]),
            HTTP2UpgradeTests.request(settings: ["AAQAAAAF=="]),
            HTTP2UpgradeTests.request(settings: ["AAQAAA F"]),
            // 3 bytes are no setting, and 2^31 is no window.
            HTTP2UpgradeTests.request(settings: ["AAQA"]),
            HTTP2UpgradeTests.request(settings: ["AASAAAAA"]),
        ]
    )
    func refused(_ request: String) throws {
        try run { (server) throws in
            #expect(try server.send(request).hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(server.isOpen)
        }
    }

    @Test("a request whose content is not here is answered in HTTP/1.1")
    func partial() throws {
        try run { (server) throws in
            let more = "Expect: 100-continue\r\nContent-Length: 3\r\n"
            let interim = try server.send(Self.request("POST /a", more: more))
            #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(try server.send("abc").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("a server that does not want it answers in HTTP/1.1")
    func off() throws {
        var limits = HTTP2Limits()
        limits.allowsUpgrade = false
        try run(limits: limits) { (server) throws in
            #expect(try server.send(Self.request()).hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("what follows the 101 and is not the preface ends the connection")
    func noPreface() throws {
        try run { (server) throws in
            _ = try upgrade(server, Self.request())
            let answer = try server.exchange(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
            #expect(
                RawFrame.frames(in: answer).last?.description == "GOAWAY 1 PROTOCOL_ERROR"
            )
        }
    }

    @Test(
        "a first line that is not of HTTP/1 is a wrong preface, and one that nearly is gets a 400"
    )
    func wrongPreface() throws {
        try run { (server) throws in
            let answer = try server.exchange(
                ByteBuffer(string: "INVALID CONNECTION PREFACE\r\n\r\n")
            )
            #expect(
                RawFrame.frames(in: answer).last?.description == "GOAWAY 0 PROTOCOL_ERROR"
            )
        }
        for line in ["GARBAGE", "GET /", "GET / FOO/1.1", "GET a b c", "GET x HTTP/1.1"] {
            try run { (server) throws in
                #expect(try server.send(line + "\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
            }
        }
    }

    @Test("curl --http2 is upgraded, with and without content")
    func curl() async throws {
        try await withServer(
            handler: Self.echo,
            { (_, port) async throws in
                let url = "http://127.0.0.1:\(port)/a"
                let flags = ["-s", "--http2", "-w", " %{http_version} %{num_connects}"]
                for more in [[], ["--data", "abc"]] {
                    let (said, status) = try await Programs.run(
                        ["curl"] + flags + more + [url, "--next"] + flags + [url]
                    )
                    #expect(status == 0)
                    #expect(said.components(separatedBy: " 2 ").count == 3, "\(said)")
                }
            }
        )
    }
}

import Foundation
import MartletCore
import MartletHTTP
import Testing

@Suite("Server connections: upgrades")
struct ServerUpgradeTests {
    private static let request =
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"

    private static let echo: VirtualServer.Handle = { _, _ in
        .upgrade(to: "echo") { connection in
            for try await piece in connection.inbound {
                try await connection.outbound.write(piece)
            }
            try await connection.outbound.write("end")
        }
    }

    @Test("an upgraded connection carries bytes both ways until the peer ends")
    func upgrade() throws {
        try VirtualServer.run(handler: Self.echo) { (server) throws in
            let answer = try server.send(Self.request + "first")
            #expect(
                answer == """
                    HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\
                    \r\n\r\nfirst
                    """
            )
            #expect(try server.send("GET / HTTP/1.1\r\n\r\n") == "GET / HTTP/1.1\r\n\r\n")
            server.endInput()
            #expect(try server.answered() == "end")
            #expect(!server.isOpen)
        }
    }

    @Test("an upgraded connection has no idle time-out")
    func noTimeout() throws {
        try VirtualServer.run(handler: Self.echo) { (server) throws in
            try server.send(Self.request)
            try server.advance(.seconds(1000))
            #expect(try server.send("still") == "still")
        }
    }

    @Test("bytes that waited for their reader when the peer ended are read")
    func heldBytes() throws {
        let gate = Gate()
        var limits = HTTPLimits()
        limits.bodyBufferSize = 2
        try VirtualServer.run(
            limits: limits,
            handler: { _, _ in
                .upgrade(to: "echo") { connection in
                    try await gate.wait()
                    for try await piece in connection.inbound {
                        try await connection.outbound.write(piece)
                    }
                }
            },
            { (server) throws in
                try server.send(Self.request)
                for piece in ["abc", "def", "ghi"] { try server.send(piece) }
                server.endInput()
                gate.open()
                #expect(try server.answered() == "abcdefghi")
            }
        )
    }

    @Test(
        "an upgrade that begins at once is cancelled with its connection",
        arguments: [true, false]
    )
    func cancelled(byDrain: Bool) throws {
        let gate = Gate()
        try VirtualServer.run(
            handler: { _, _ in
                .upgrade(to: "wait") { _ in try await gate.wait() }
            },
            { (server) throws in
                try server.send(Self.request)
                #expect(gate.arrivals == 1)
                if byDrain { server.drain() } else { server.disconnect() }
                #expect(gate.cancellations == 1)
                #expect(!server.isOpen)
            }
        )
    }

    @Test(
        "an upgrade that was not asked for, or before the content came, is a 500",
        arguments: [
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: echo\r\n\r\n",
            "GET / HTTP/1.0\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n",
            "PUT / HTTP/1.1\r\nHost: h\r\nUpgrade: echo\r\nConnection: Upgrade\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n1\r\n",
        ]
    )
    func unasked(_ text: String) throws {
        try VirtualServer.run(handler: Self.echo) { (server) throws in
            #expect(try server.send(text).hasPrefix("HTTP/1.1 500 "))
            #expect(!server.isOpen)
        }
    }

    @Test("CONNECT makes a tunnel")
    func tunnel() throws {
        try VirtualServer.run(
            handler: { request, _ in
                #expect(request.target == "a.b:443" && request.authority == "a.b:443")
                return .tunnel { connection in
                    for try await piece in connection.inbound {
                        try await connection.outbound.write(piece)
                    }
                }
            },
            { (server) throws in
                let answer = try server.send("CONNECT a.b:443 HTTP/1.1\r\nHost: a.b:443\r\n\r\nhi")
                #expect(answer == "HTTP/1.1 200 OK\r\n\r\nhi")
            }
        )
    }

    @Test("CONNECT that makes no tunnel ends the connection")
    func noTunnel() throws {
        try VirtualServer.run(
            handler: { _, _ in Response("no tunnel") },
            { (server) throws in
                let text = "CONNECT a.b:443 HTTP/1.1\r\nHost: a.b:443\r\n\r\n"
                #expect(
                    try server.send(text + text).components(separatedBy: "no tunnel").count == 2
                )
                #expect(!server.isOpen)
            }
        )
    }
}

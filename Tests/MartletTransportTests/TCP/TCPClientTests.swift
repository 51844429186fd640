import MartletCore
import NIOCore
import TestAuthority
import Testing

@testable import MartletTransport

@Suite("A TCP client", .timeLimit(.minutes(1)))
struct TCPClientTests {
    /// A port below those that anybody is given: nobody listens there.
    private let deadPort = 1

    @Test("a refused connection is tried again as often as is allowed, after growing waits")
    func attempts() async throws {
        let clock = ManualClock()
        var configuration = TCPClient.Configuration()
        configuration.maximumAttempts = 4
        let client = TCPClient(configuration, clock: clock)
        try await withThrowingTaskGroup(of: TCPError?.self) { group in
            group.addTask {
                do {
                    _ = try await client.connect(to: "127.0.0.1", port: deadPort)
                    return nil
                } catch let error as TCPError {
                    return error
                }
            }
            for wait in [100, 200, 400] {
                try await clock.waitForSleepers()
                clock.advance(by: .milliseconds(wait))
            }
            let error = try await group.next() ?? nil
            #expect(error?.code == .connectFailed)
            #expect(error?.message == "127.0.0.1:\(deadPort) cannot be connected to.")
        }
    }

    @Test("no attempt is begun after the total time")
    func totalTime() async throws {
        let clock = ManualClock()
        var configuration = TCPClient.Configuration()
        configuration.maximumAttempts = 1000
        configuration.totalTimeout = .seconds(1)
        let client = TCPClient(configuration, clock: clock)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: TCPError.self) {
                    try await client.connect(to: "127.0.0.1", port: deadPort)
                }
                // Ends the advancing below.
                throw CancellationError()
            }
            group.addTask {
                while true {
                    try await clock.waitForSleepers()
                    clock.advance(by: .milliseconds(300))
                }
            }
            await #expect(throws: CancellationError.self) { try await group.next() }
            group.cancelAll()
        }
    }

    @Test("a name that has no address is named")
    func unknownName() async throws {
        var configuration = TCPClient.Configuration()
        configuration.maximumAttempts = 1
        let client = TCPClient(configuration)
        let error = await #expect(throws: TCPError.self) {
            try await client.connect(to: "nobody.invalid", port: 1)
        }
        #expect(error?.code == .connectFailed)
        #expect(error?.message == "'nobody.invalid' has no address.")
    }

    @Test("a name is connected to by whichever of its addresses answers")
    func happyEyeballs() async throws {
        try await withTCPServer(handler: echo) { _, port in
            try await TCPClient().withConnection(to: "localhost", port: port) { stream in
                try await stream.write(ByteBuffer(string: "a"))
                #expect(try await stream.readString(1) == "a")
                #expect(stream.remoteAddress?.host == "127.0.0.1")
            }
        }
    }

    @Test("a Unix domain socket is connected to by its path")
    func unixSocket() async throws {
        let path = "/tmp/martlet-tcp-\(UInt32.random(in: 0 ... .max)).sock"
        try await withTCPServer {
            $0.addresses = [.unix(path)]
        } handler: {
            try await echo($0)
        } _: { _, _ in
            try await TCPClient().withConnection(toSocket: path) { stream in
                try await stream.write(ByteBuffer(string: "a"))
                #expect(try await stream.readString(1) == "a")
                #expect(stream.remoteAddress?.description == "unix:\(path)")
            }
        }
    }

    @Test("TLS verifies the server, and mutual TLS names the client")
    func mutualTLS() async throws {
        let authority = try TestAuthority()
        let tls = try ServerTLS(
            try authority.issue(["localhost"]),
            clients: .required(try authority.trust),
            applicationProtocols: ["echo"]
        )
        try await withTCPServer {
            $0.tls = tls
        } handler: { stream in
            let names = stream.security?.peerNames.first ?? "nobody"
            let text = "\(names) \(stream.security?.negotiatedProtocol ?? "none") "
            try await stream.write(ByteBuffer(string: text))
            try await echo(stream)
        } _: { _, port in
            var configuration = TCPClient.Configuration()
            configuration.tls = try ClientTLS(
                trust: try authority.trust,
                credential: try authority.issue(["alice"]),
                applicationProtocols: ["echo"]
            )
            let client = TCPClient(configuration)
            try await client.withConnection(to: "localhost", port: port) { stream in
                let big = String(repeating: "b", count: 200_000)
                try await stream.write(ByteBuffer(string: big))
                try await stream.finishWriting()
                #expect(try await stream.readString(.max) == "alice echo " + big)
            }
            configuration.tls = try ClientTLS(credential: try authority.issue(["alice"]))
            let distrustful = TCPClient(configuration)
            let error = await #expect(throws: TCPError.self) {
                try await distrustful.connect(to: "localhost", port: port)
            }
            #expect(error?.code == .handshakeFailed)
        }
    }

    @Test("a body that throws resets its connection")
    func throwing() async throws {
        struct Broken: Error {}
        let outcomes = Tally()
        try await withTCPServer { stream in
            do {
                try await echo(stream)
            } catch let error as TCPError where error.code == .connectionLost {
                outcomes.add()
            }
        } _: { server, port in
            await #expect(throws: Broken.self) {
                try await TCPClient().withConnection(to: "127.0.0.1", port: port) { stream in
                    try await stream.write(ByteBuffer(string: "a"))
                    _ = try await stream.readString(1)
                    throw Broken()
                }
            }
            try await waitUntil { server.connectionCount == 0 && outcomes.count == 1 }
        }
    }
}

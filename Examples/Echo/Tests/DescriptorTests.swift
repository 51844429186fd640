import Foundation
import MartletTransport
import NIOCore
import TestSupport
import Testing

@Suite("A server without descriptors left", .timeLimit(.minutes(2)))
struct DescriptorTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test("pauses, spins not, and serves who waited when others have gone")
    func exhaustion() async throws {
        var configuration = TCPClient.Configuration()
        configuration.maximumAttempts = 1
        let client = TCPClient(configuration)
        let (server, port) = try await serving(client, descriptors: 40)
        defer { server.send(SIGKILL) }

        var waiting: [TCPStream] = []
        for _ in 0..<60 {
            let stream = try await client.connect(to: "127.0.0.1", port: port)
            try await stream.write(ByteBuffer(string: "x"))
            waiting.append(stream)
        }
        var served: [TCPStream] = []
        // Those that were accepted are answered at once; that one is not is the sign.
        while let next = waiting.first, try await isAnswered(next, within: .seconds(1)) {
            served.append(waiting.removeFirst())
        }
        #expect(!served.isEmpty)
        try #require(!waiting.isEmpty, "40 descriptors are too few for 60 connections")

        let before = try ticks(of: server)
        try await ContinuousClock().sleep(for: .seconds(1))
        // Who asks the kernel again and again uses a core, which is a hundred ticks.
        #expect(try ticks(of: server) - before < 50)

        for stream in served { stream.close() }
        for stream in waiting.prefix(served.count / 2) {
            #expect(try await isAnswered(stream, within: .seconds(30)))
        }
        for stream in waiting { stream.abort() }
    }

    private func isAnswered(_ stream: TCPStream, within patience: Duration) async throws -> Bool {
        do {
            return try await stream.read(until: .now + patience) == ByteBuffer(string: "x")
        } catch let error as TCPError where error.code == .readTimedOut {
            return false
        }
    }

    private func freePort() async throws -> Int {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            try #require(socket.localAddress?.port)
        }
    }

    /// Starts the built program with room for only so many descriptors.
    private func start(port: Int, descriptors: Int) throws -> RunningProgram {
        let script = "ulimit -n \(descriptors); exec \"$0\" serve --port \(port)"
        return try RunningProgram(["sh", "-c", script, Programs.built("echo")], in: scratch)
    }

    /// Starts a server and waits until it serves; on another port when somebody took the first.
    private func serving(
        _ client: TCPClient,
        descriptors: Int
    ) async throws -> (RunningProgram, port: Int) {
        for _ in 0..<10 {
            let port = try await freePort()
            let server = try start(port: port, descriptors: descriptors)
            for _ in 0..<1000 where server.isRunning {
                try await ContinuousClock().sleep(for: .milliseconds(10))
                guard let stream = try? await client.connect(to: "127.0.0.1", port: port) else {
                    continue
                }
                defer { stream.abort() }
                try? await stream.write(ByteBuffer(string: "x"))
                let isEcho = try? await isAnswered(stream, within: .seconds(5))
                if isEcho == true, server.isRunning { return (server, port) }
            }
            server.send(SIGKILL)
        }
        struct NotListening: Error {}
        throw NotListening()
    }

    /// The processor time that a process has used, in hundredths of a second (`proc(5)`).
    private func ticks(of process: RunningProgram) throws -> Int {
        let path = "/proc/\(process.processID)/stat"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let fields = try #require(text.split(separator: ")").last).split(separator: " ")
        // Fields 14 and 15, of which two stand before the parenthesis.
        return try #require(Int(fields[11])) + #require(Int(fields[12]))
    }
}

import MartletTransport
import NIOCore
import TestAuthority
import Testing

@Suite("What the guide from Go shows of servers", .timeLimit(.minutes(1)))
struct ServerGuideTests {
    @Test("a listener is a server with a handler")
    func listening() async throws {
        let port = 0
        let server = TCPServer(.init(addresses: [.tcp("127.0.0.1", port: port)])) { stream in
            for try await bytes in stream.inbound {
                try await stream.write(bytes)
            }
        }
        var answers: [String?] = []
        func visit(_ port: Int) async throws {
            for question in ["one", "two"] {
                answers.append(try await ask(question, port: port))
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            let port = try await server.boundAddresses().first?.port ?? 0
            try await visit(port)
        }
        #expect(answers == ["one", "two"])
        #expect(server.connectionCount == 0)
    }

    /// What the guide shows of `net.Dial`.
    private func ask(_ question: String, port: Int) async throws -> String? {
        var configuration = TCPClient.Configuration()
        configuration.connectTimeout = .seconds(2)
        configuration.maximumAttempts = 1
        let client = TCPClient(configuration)
        let answer = try await client.withConnection(to: "127.0.0.1", port: port) { stream in
            try await stream.write(ByteBuffer(string: question))
            return try await stream.read()
        }
        return answer.map { String(buffer: $0) }
    }

    @Test("a client with TLS trusts whom it is told to, and nobody else")
    func tls() async throws {
        let authority = try TestAuthority()
        let trust = try authority.trust
        let secure = try ServerTLS(authority.issue(["localhost"]), applicationProtocols: [])
        try await withTCPServer { configuration in
            configuration.tls = secure
        } handler: { stream in
            try await stream.write(ByteBuffer(string: "hello"))
            while try await stream.read() != nil {}
            try await stream.write(ByteBuffer(string: "bye"))
        } _: { _, port in
            var configuration = TCPClient.Configuration()
            configuration.tls = try ClientTLS(trust: trust, applicationProtocols: [])
            let client = TCPClient(configuration)
            let greeting = try await client.withConnection(to: "localhost", port: port) { stream in
                try await stream.read()
            }
            #expect(greeting == ByteBuffer(string: "hello"))
            let farewell = try await client.withConnection(to: "localhost", port: port) { stream in
                try await stream.finishWriting()
                return try await stream.readString(.max)
            }
            #expect(farewell == "hellobye")
            configuration.tls = try ClientTLS(applicationProtocols: [])
            let stranger = TCPClient(configuration)
            let error = await #expect(throws: TCPError.self) {
                try await stranger.withConnection(to: "localhost", port: port) { _ in }
            }
            #expect(error?.code == .handshakeFailed)
        }
    }

    @Test("a handler that throws ends its own connection and no other")
    func throwing() async throws {
        struct NotANumber: Error {}
        @Sendable func halve(_ stream: TCPStream) async throws {
            let reader = BufferedReader(stream)
            while let line = try await reader.readLine() {
                guard let number = Int(String(buffer: line)) else { throw NotANumber() }
                try await stream.write(ByteBuffer(string: "\(number / 2)\n"))
            }
        }
        let client = TCPClient()
        try await withTCPServer(handler: halve) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { good in
                try await good.write(ByteBuffer(string: "8\n"))
                #expect(try await good.readString(2) == "4\n")
                await #expect(throws: TCPError.self) {
                    try await client.withConnection(to: "127.0.0.1", port: port) { bad in
                        try await bad.write(ByteBuffer(string: "eight\n"))
                        _ = try await bad.read()
                    }
                }
                try await good.write(ByteBuffer(string: "6\n"))
                #expect(try await good.readString(2) == "3\n")
            }
        }
    }

    @Test("work that blocks is done off the loop")
    func blocking() async throws {
        let numbers = Array(1...1000)
        @Sendable func checksum(_ numbers: [Int]) -> Int { numbers.reduce(0, &+) }
        @Sendable func serve(_ stream: TCPStream) async throws {
            let sum = try await offLoop("checksum") { checksum(numbers) }
            try await stream.write(ByteBuffer(string: "\(sum)\n"))
        }
        try await withTCPServer(handler: serve) { _, port in
            let answer = try await TCPClient().withConnection(to: "127.0.0.1", port: port) {
                try await $0.readString(7)
            }
            #expect(answer == "500500\n")
        }
    }
}

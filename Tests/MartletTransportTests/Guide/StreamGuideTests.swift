import MartletCore
import MartletTransport
import NIOCore
import Testing

@Suite("What the guide from Go shows of streams", .timeLimit(.minutes(1)))
struct StreamGuideTests {
    private let client = TCPClient()

    @Test("a peer that is too slow hears it on a stream that is still good")
    func deadlines() async throws {
        let patience = Duration.seconds(2)
        @Sendable func collect(_ stream: TCPStream) async throws {
            var received = ByteBuffer()
            stream.setIdleTimeout(.seconds(120))  // nothing goes either way
            stream.setWriteTimeout(.seconds(10))  // the peer takes nothing of what waits for it
            stream.setReadTimeout(.seconds(30))  // each read from now on
            let deadline = ContinuousClock.now + patience
            do {
                while let bytes = try await stream.read(until: deadline) {
                    received.writeImmutableBuffer(bytes)
                }
            } catch let error as TCPError where error.code == .readTimedOut {
                try await stream.write(ByteBuffer(string: "too slow\n"))
            }
            try await stream.write(received)
        }
        try await withTCPServer(handler: collect) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                try await stream.write(ByteBuffer(string: "so far"))
                #expect(try await stream.readString(100) == "too slow\nso far")
            }
        }
    }

    @Test("whoever has finished writing still reads")
    func halfClose() async throws {
        @Sendable func count(_ stream: TCPStream) async throws {
            var count = 0
            for try await bytes in stream.inbound { count += bytes.readableBytes }
            try await stream.write(ByteBuffer(string: "\(count) bytes"))
        }
        try await withTCPServer(handler: count) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                try await stream.write(ByteBuffer(string: "how long is this?"))
                try await stream.finishWriting()
                var answer = ByteBuffer()
                for try await bytes in stream.inbound {
                    answer.writeImmutableBuffer(bytes)
                }
                #expect(String(buffer: answer) == "17 bytes")
            }
        }
    }

    @Test("lines are read until the input ends, and refused over the limit")
    func lines() async throws {
        @Sendable func talk(_ stream: TCPStream) async throws {
            try await stream.write(ByteBuffer(string: "first\r\nsecond\n"))
            try await stream.write(ByteBuffer(repeating: UInt8(ascii: "a"), count: 5000))
        }
        try await withTCPServer(handler: talk) { _, port in
            var lines: [String] = []
            let error = await #expect(throws: FramingError.self) {
                try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                    let reader = BufferedReader(
                        stream,
                        maximumBuffered: 4096,
                        completionTimeout: .seconds(10)
                    )
                    while let line = try await reader.readLine() {
                        lines.append(String(buffer: line))
                    }
                }
            }
            #expect(lines == ["first", "second"])
            #expect(error?.code == .tooLarge)
        }
    }

    @Test("a protocol is told from its first bytes, which stay to be read")
    func peeking() async throws {
        @Sendable func talk(_ stream: TCPStream) async throws {
            try await stream.write(ByteBuffer(string: "MRT1"))
            try await stream.write(ByteBuffer(integer: UInt32(7)))
            try await stream.write(ByteBuffer(string: "name\0"))
        }
        try await withTCPServer(handler: talk) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                let reader = BufferedReader(stream)
                let isOurs = try await reader.peek(4) == ByteBuffer(string: "MRT1")
                let header = try await reader.readExactly(8)
                let version = header?.getInteger(at: 4, as: UInt32.self)
                let name = try await reader.readUntil([0])
                #expect(isOurs)
                #expect(version == 7)
                #expect(name == ByteBuffer(string: "name"))
            }
        }
    }

    @Test("frames are answered one by one")
    func frames() async throws {
        @Sendable func answer(_ stream: TCPStream) async throws {
            let framing = LengthPrefixFraming(width: .four, maximumFrameSize: 1_048_576)
            let reader = BufferedReader(stream)
            for try await frame in reader.frames(using: framing) {
                var answer = ByteBuffer()
                try framing.encode(frame, into: &answer)
                try await stream.write(answer)
            }
        }
        try await withTCPServer(handler: answer) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                let message = "\0\0\0\u{3}abc\0\0\0\u{1}d"
                try await stream.write(ByteBuffer(string: message))
                #expect(try await stream.readString(12) == message)
            }
        }
    }

    @Test("rows that are written one by one arrive whole and in order")
    func writing() async throws {
        let rows = Array(0..<100)
        @Sendable func list(_ stream: TCPStream) async throws {
            for row in rows {
                try await stream.write(ByteBuffer(string: "\(row)\n"))
            }
            try await stream.flush()
        }
        try await withTCPServer(handler: list) { _, port in
            let text = try await client.withConnection(to: "127.0.0.1", port: port) {
                try await $0.readString(.max)
            }
            #expect(text == rows.map { "\($0)\n" }.joined())
        }
    }

    @Test("a pool of streams opens one and lends it again")
    func pool() async throws {
        try await withTCPServer(handler: echo) { _, port in
            var configuration = PoolConfiguration()
            configuration.maximum = 4
            configuration.maximumWait = .seconds(2)
            let client = TCPClient()
            let pool = Pool(
                configuration,
                open: { try await client.connect(to: "127.0.0.1", port: port) },
                close: { $0.close() }
            )
            let answer = try await pool.withItem { stream in
                try await stream.write(ByteBuffer(string: "ping"))
                return try await BufferedReader(stream).readExactly(4)
            }
            #expect(answer == ByteBuffer(string: "ping"))
            try await pool.withItem { _ in }
            #expect(pool.snapshot.opened == 1)
            #expect(pool.snapshot.borrows == 2)
            await pool.shutDown()
            #expect(pool.snapshot.closed == 1)
        }
    }
}

import Logging
import NIOCore
import Testing

@testable import MartletTransport

@Suite("A TCP stream", .timeLimit(.minutes(1)))
struct TCPStreamTests {
    private let client = TCPClient()

    @Test("what is written comes back from an echo")
    func echoes() async throws {
        try await withTCPServer(handler: echo) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                for round in 0..<100 {
                    let text = "message \(round)"
                    try await stream.write(ByteBuffer(string: text))
                    #expect(try await stream.readString(text.utf8.count) == text)
                }
                #expect(stream.remoteAddress?.description == "127.0.0.1:\(port)")
                #expect(stream.localAddress?.host == "127.0.0.1")
                #expect(stream.security == nil)
            }
        }
    }

    @Test("the peer's end of writing ends the input, and writing goes on")
    func halfClose() async throws {
        let handler: @Sendable (TCPStream) async throws -> Void = { stream in
            var count = 0
            for try await bytes in stream.inbound { count += bytes.readableBytes }
            try await stream.write(ByteBuffer(string: "got \(count)"))
        }
        try await withTCPServer(handler: handler) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                try await stream.write(ByteBuffer(string: "12345"))
                try await stream.finishWriting()
                #expect(try await stream.readString(100) == "got 5")
                #expect(try await stream.read() == nil)
                await #expect(throws: TCPError.self) {
                    try await stream.write(ByteBuffer(string: "more"))
                }
            }
        }
    }

    @Test("a megabyte of small and large pieces arrives whole and in order")
    func order() async throws {
        try await withTCPServer(handler: echo) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                let sizes = [1, 60, 4000, 5000, 70_000, 3, 4096, 4097]
                let pieces = (0..<104).map { number in
                    ByteBuffer(repeating: UInt8(number), count: sizes[number % sizes.count])
                }
                let received = try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
                    group.addTask {
                        for piece in pieces { try await stream.write(piece) }
                        try await stream.finishWriting()
                        return nil
                    }
                    group.addTask {
                        var all = ByteBuffer()
                        for try await bytes in stream.inbound { all.writeImmutableBuffer(bytes) }
                        return all
                    }
                    return try await group.reduce(ByteBuffer()) { $1 ?? $0 }
                }
                #expect(received == ByteBuffer(bytes: pieces.flatMap(\.readableBytesView)))
            }
        }
    }

    @Test("handlers and bodies run on their stream's loop, and so do their child tasks")
    func loops() async throws {
        let strays = Tally()
        let look: @Sendable (TCPStream) async -> Void = { stream in
            if !stream.loop.isCurrent { strays.add() }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { if !stream.loop.isCurrent { strays.add() } }
            }
            await Task.yield()
            if !stream.loop.isCurrent { strays.add() }
        }
        let handler: @Sendable (TCPStream) async throws -> Void = { stream in
            await look(stream)
            try await echo(stream)
            await look(stream)
        }
        try await withTCPServer(handler: handler) { _, port in
            try await client.withConnection(to: "127.0.0.1", port: port) { stream in
                await look(stream)
                try await stream.write(ByteBuffer(string: "a"))
                _ = try await stream.read()
                await look(stream)
            }
        }
        #expect(strays.count == 0)
    }

    @Test("a stream works from any thread")
    @MainActor
    func elsewhere() async throws {
        try await withTCPServer(handler: echo) { _, port in
            let stream = try await client.connect(to: "127.0.0.1", port: port)
            #expect(!stream.loop.isCurrent)
            for _ in 0..<10 {
                try await stream.write(ByteBuffer(string: "abc"))
                #expect(try await stream.readString(3) == "abc")
            }
            try await stream.finishWriting()
            #expect(try await stream.read() == nil)
            stream.close()
        }
    }
}

import NIOCore
import Testing

@testable import MartletTransport

@Suite("Reading and writing a TCP stream", .timeLimit(.minutes(1)))
struct TCPFlowTests {
    @Test("a handler that only yields lets the loop look at its other sockets")
    func fairness() async throws {
        let hasCome = Shared(false)
        try await withTCPServer(loops: EventLoops(count: 1)) { stream in
            switch try await stream.read() {
            case ByteBuffer(string: "spin"):
                while !hasCome.value {
                    try Task.checkCancellation()
                    await Task.yield()
                }
                try await stream.write(ByteBuffer(string: "done"))
            default:
                hasCome.change { $0 = true }
            }
        } _: { _, port in
            try await TCPClient().withConnection(to: "127.0.0.1", port: port) { spinning in
                try await spinning.write(ByteBuffer(string: "spin"))
                try await TCPClient().withConnection(to: "127.0.0.1", port: port) { other in
                    try await other.write(ByteBuffer(string: "end"))
                    let answer = try await spinning.readString(4)
                    #expect(answer == "done")
                }
            }
        }
    }

    @Test("what is written in one turn leaves in one write")
    func gathering() throws {
        try VirtualStream.run { virtual, _ in
            let outcome = virtual.start { stream in
                for word in ["one ", "two ", "three"] {
                    try await stream.write(ByteBuffer(string: word))
                }
            }
            #expect(outcome.value != nil)
            let sent = try virtual.sent()
            #expect(sent == ["one two three"])
        }
    }

    @Test("flush sends what has been written at once")
    func flushing() throws {
        try VirtualStream.run { virtual, _ in
            _ = virtual.start { stream in
                try await stream.write(ByteBuffer(string: "one"))
                try await stream.flush()
                try await stream.write(ByteBuffer(string: "two"))
            }
            let sent = try virtual.sent()
            #expect(sent == ["one", "two"])
        }
    }

    @Test("pieces of any size keep their order")
    func order() throws {
        let sizes = [10, 5000, 10, 10, 9000, 3, 70_000, 1, 4096, 4097]
        try VirtualStream.run { virtual, _ in
            _ = virtual.start { stream in
                for (index, size) in sizes.enumerated() {
                    try await stream.write(ByteBuffer(repeating: UInt8(48 + index), count: size))
                }
            }
            let all = try virtual.sent().joined()
            let expected = sizes.enumerated().map { String(repeating: "\($0)", count: $1) }
            #expect(all == expected.joined())
        }
    }

    @Test("a writer waits while the peer does not read, and goes on when it does")
    func backpressure() throws {
        try VirtualStream.run { virtual, _ in
            virtual.setWritable(false)
            let outcome = virtual.start { try await $0.write(ByteBuffer(string: "hello")) }
            let sent = try virtual.sent()
            #expect(sent == ["hello"])
            #expect(outcome.result == nil)
            virtual.setWritable(true)
            #expect(outcome.value != nil)
        }
    }

    @Test("a writer whose peer keeps up lets the loop do other work all the same")
    func share() throws {
        try VirtualStream.run { virtual, _ in
            let piece = ByteBuffer(repeating: 0, count: 256 * 1024)
            let outcome = virtual.start { stream in
                for _ in 0..<20 { try await stream.write(piece) }
            }
            #expect(outcome.result == nil)
            let sent = try virtual.sent()
            #expect(sent.count == 20)
            #expect(outcome.value != nil)
        }
    }

    @Test("what nobody reads is kept up to the limit, and then the socket is left alone")
    func inboundLimit() throws {
        var limits = TCPLimits()
        limits.inboundBufferSize = 10
        try VirtualStream.run(limits) { virtual, stream in
            try virtual.receive("12345")
            #expect(virtual.isReading)
            try virtual.receive("67890")
            #expect(!virtual.isReading)
            let outcome = virtual.start { try await $0.read() }
            #expect(outcome.value == ByteBuffer(string: "1234567890"))
            #expect(virtual.isReading)
        }
    }

    @Test("bytes that have come are read before the end and before an error")
    func leftovers() throws {
        try VirtualStream.run { virtual, _ in
            try virtual.receive("last")
            virtual.endInput()
            #expect(virtual.start { try await $0.read() }.value == ByteBuffer(string: "last"))
            let end = virtual.start { try await $0.read() }
            #expect(end.isSuccess)
            #expect(end.value == .some(nil))
        }
        try VirtualStream.run { virtual, stream in
            try virtual.receive("last")
            stream.abort()
            #expect(virtual.start { try await $0.read() }.value == ByteBuffer(string: "last"))
            #expect(virtual.start { try await $0.read() }.code == .closed)
            #expect(virtual.start { try await $0.write(ByteBuffer()) }.code == .closed)
        }
    }

    @Test("of two tasks that read at a time the second is told so")
    func twoReaders() throws {
        try VirtualStream.run { virtual, _ in
            let first = virtual.start { try await $0.read() }
            let second = virtual.start { try await $0.read() }
            #expect(second.code == .readInProgress)
            try virtual.receive("a")
            #expect(first.value == ByteBuffer(string: "a"))
        }
    }

    @Test("a task that is cancelled stops waiting, and the stream stays as it was")
    func cancellation() throws {
        try VirtualStream.run { virtual, _ in
            let reading = virtual.start { try await $0.read() }
            reading.task?.cancel()
            virtual.advance(.zero)
            #expect(throws: CancellationError.self) { try reading.result?.get() }
            virtual.setWritable(false)
            let writing = virtual.start { try await $0.write(ByteBuffer(string: "a")) }
            writing.task?.cancel()
            virtual.advance(.zero)
            #expect(throws: CancellationError.self) { try writing.result?.get() }
            virtual.setWritable(true)
            try virtual.receive("b")
            #expect(virtual.start { try await $0.read() }.value == ByteBuffer(string: "b"))
            #expect(virtual.isOpen)
        }
    }

    @Test("a child task that is cancelled stops waiting alone")
    func childCancellation() throws {
        try VirtualStream.run { virtual, _ in
            let outcome = virtual.start { stream in
                await withTaskGroup(of: Bool.self) { group in
                    group.addTask { (try? await stream.read()) == nil }
                    await Task.yield()
                    group.cancelAll()
                    return await group.next() == true
                }
            }
            virtual.advance(.zero)
            #expect(outcome.value == true)
            #expect(virtual.isOpen)
            try virtual.receive("b")
            #expect(virtual.start { try await $0.read() }.value == ByteBuffer(string: "b"))
        }
    }

    @Test("close throws away what comes, and waits a while for the peer to close")
    func lingering() throws {
        var limits = TCPLimits()
        limits.lingerTimeout = .seconds(2)
        try VirtualStream.run(limits) { virtual, stream in
            let reading = virtual.start { try await $0.read() }
            stream.close()
            #expect(reading.code == .closed)
            #expect(stream.phase == .closing || stream.phase == .closed)
            virtual.advance(.milliseconds(2200))
            #expect(!virtual.isOpen)
            #expect(virtual.hasBroken == false)
        }
    }
}

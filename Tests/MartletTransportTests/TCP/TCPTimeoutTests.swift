import NIOCore
import Testing

@testable import MartletTransport

@Suite("Time-outs of a TCP stream")
struct TCPTimeoutTests {
    private func limits(_ change: (inout TCPLimits) -> Void) -> TCPLimits {
        var limits = TCPLimits()
        limits.idleTimeout = nil
        change(&limits)
        return limits
    }

    @Test("a read that waits too long fails, and the stream can be read on")
    func read() throws {
        try VirtualStream.run(limits { $0.readTimeout = .seconds(3) }) { virtual, _ in
            let first = virtual.start { try await $0.read() }
            virtual.advance(.milliseconds(2999))
            #expect(first.result == nil)
            virtual.advance(.milliseconds(201))
            #expect(first.code == .readTimedOut)
            #expect(virtual.isOpen)
            let second = virtual.start { try await $0.read() }
            virtual.advance(.seconds(2))
            try virtual.receive("late")
            #expect(second.value == ByteBuffer(string: "late"))
        }
    }

    @Test("bytes that come one by one do not move a deadline")
    func deadline() throws {
        try VirtualStream.run(limits { $0.readTimeout = .seconds(3) }) { virtual, _ in
            let outcome = virtual.start { stream in
                let deadline = ContinuousClock.now + .seconds(5)
                var all = ""
                while let bytes = try await stream.read(until: deadline) {
                    all += String(buffer: bytes)
                }
                return all
            }
            for _ in 0..<4 {
                virtual.advance(.seconds(1))
                try virtual.receive("a")
            }
            #expect(outcome.result == nil)
            // The deadline is measured with the real clock when each read begins.
            virtual.advance(.milliseconds(5300))
            #expect(outcome.code == .readTimedOut)
            #expect(virtual.isOpen)
        }
    }

    @Test("a stream on which nothing happens is reset, and one on which something does is not")
    func idle() throws {
        try VirtualStream.run(limits { $0.idleTimeout = .seconds(10) }) { virtual, stream in
            let outcome = virtual.start { stream in
                while let bytes = try await stream.read() { try await stream.write(bytes) }
            }
            for _ in 0..<5 {
                virtual.advance(.seconds(9))
                try virtual.receive("a")
            }
            #expect(virtual.isOpen)
            virtual.advance(.milliseconds(10_200))
            #expect(outcome.code == .idleTimedOut)
            #expect(!virtual.isOpen)
            #expect(virtual.hasBroken == true)
            #expect(stream.phase == .closed)
        }
    }

    @Test("a peer that takes nothing is given up")
    func write() throws {
        try VirtualStream.run(limits { $0.writeTimeout = .seconds(5) }) { virtual, _ in
            virtual.setWritable(false)
            let outcome = virtual.start { try await $0.write(ByteBuffer(string: "hello")) }
            virtual.advance(.milliseconds(4999))
            #expect(outcome.result == nil)
            virtual.advance(.milliseconds(201))
            #expect(outcome.code == .writeTimedOut)
            #expect(!virtual.isOpen)
        }
    }

    @Test("a handshake that does not end is given up")
    func handshake() throws {
        let limits = limits { $0.handshakeTimeout = .seconds(7) }
        try VirtualStream.run(limits, isSecured: true) { virtual, stream in
            virtual.advance(.milliseconds(6999))
            #expect(virtual.isOpen)
            virtual.advance(.milliseconds(201))
            #expect(!virtual.isOpen)
            #expect(!virtual.isOpened)
            #expect(stream.closeReason?.code == .handshakeFailed)
        }
    }

    @Test("time-outs that are changed hold from then on")
    func changes() throws {
        try VirtualStream.run(limits { _ in }) { virtual, stream in
            stream.setReadTimeout(.seconds(1))
            stream.setIdleTimeout(.seconds(60))
            let read = virtual.start { try await $0.read() }
            virtual.advance(.milliseconds(1200))
            #expect(read.code == .readTimedOut)
            stream.setReadTimeout(nil)
            let idle = virtual.start { try await $0.read() }
            virtual.advance(.milliseconds(60_200))
            #expect(idle.code == .idleTimedOut)
        }
    }
}

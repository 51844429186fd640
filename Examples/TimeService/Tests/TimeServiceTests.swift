import Foundation
import MartletTransport
import NIOCore
import Testing

@testable import TimeService

@Suite("The time service")
struct TimeServiceTests {
    @Test("a client learns how far the server's clock is ahead of its own")
    func ask() async throws {
        let ahead: Duration = .seconds(5_000)
        let server = TimeServer { NTPTimestamp(.now).advanced(by: ahead) }
            .udpServer(host: "127.0.0.1", port: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddress().port
            let sample = try await TimeClient(host: "127.0.0.1", port: port).sample()
            // Wrong by half of the delay at most, whatever else this machine is doing.
            let error = sample.offset - ahead
            let bound = sample.delay / 2 + .microseconds(1)
            #expect((.zero - bound...bound).contains(error))
            group.cancelAll()
        }
    }

    @Test("answers that are forged, late or nonsense are ignored, and lost ones do not matter")
    func badServer() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            let port = try #require(socket.localAddress?.port)
            var client = TimeClient(host: "127.0.0.1", port: port)
            client.samples = 2
            client.patience = .milliseconds(1500)
            async let sample = client.sample()
            // The first question gets no answer; the second a forged one, nonsense, a good one.
            _ = try await socket.receive()
            let question = try #require(try await socket.receive())
            let moment = NTPTimestamp(.now).advanced(by: .seconds(900))
            let server = TimeServer { moment }
            var forged = try #require(server.answer(to: question.payload, arrivedAt: moment))
            forged.setInteger(UInt64(1), at: 24)
            forged.setInteger(UInt64(1), at: 32)
            try await socket.send(forged, to: question.peer)
            try await socket.send(ByteBuffer(string: "half past nine"), to: question.peer)
            let good = try #require(server.answer(to: question.payload, arrivedAt: moment))
            try await socket.send(good, to: question.peer)
            let offset = try await sample.offset
            // The clocks of both are the same but for the 900 seconds and the time on the way.
            let plausible: ClosedRange<Duration> = .seconds(899) ... .seconds(901)
            #expect(plausible.contains(offset))
        }
    }

    @Test("a server that never answers is an error")
    func noAnswer() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            let port = try #require(socket.localAddress?.port)
            var client = TimeClient(host: "127.0.0.1", port: port)
            client.samples = 2
            client.patience = .milliseconds(100)
            await #expect(throws: TimeClient.NoAnswer.self) { try await client.sample() }
        }
    }
}

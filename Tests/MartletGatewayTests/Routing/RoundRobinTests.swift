import HTTPTypes
import MartletCore
import MartletGateway
import MartletHTTP
import Synchronization
import Testing

@Suite("Round robin")
struct RoundRobinTests {
    private final class Down: Sendable {
        let names = Mutex<Set<String>>([])
    }

    private let clock = ManualClock()
    private let down = Down()

    private func upstreams() -> FakeUpstreams {
        FakeUpstreams { [down] request, _ in
            guard !down.names.withLock({ $0.contains(request.authority) }) else {
                throw HTTPClientError(.connectFailed, "refused", isUnsent: true)
            }
            return Response("hello")
        }
    }

    private func send(_ count: Int, _ gateway: Gateway<FakeUpstreams>) async throws {
        for _ in 0..<count { _ = try await gateway.answer(Request(.get, "/")) }
    }

    @Test("upstreams take turns, each route for itself")
    func turns() async throws {
        let upstreams = upstreams()
        let gateway = try Gateway.make(.single("a:1", "b:2", "c:3"), upstreams, clock: clock)
        try await send(7, gateway)
        #expect(upstreams.authorities == ["a:1", "b:2", "c:3", "a:1", "b:2", "c:3", "a:1"])
    }

    @Test("one that cannot be connected to is left out for a second")
    func rest() async throws {
        let upstreams = upstreams()
        let gateway = try Gateway.make(.single("a:1", "b:2"), upstreams, clock: clock)
        down.names.withLock { $0 = ["a:1"] }
        try await send(4, gateway)
        #expect(upstreams.authorities == ["a:1", "b:2", "b:2", "b:2", "b:2"])
        clock.advance(by: .seconds(1))
        down.names.withLock { $0 = [] }
        try await send(4, gateway)
        #expect(upstreams.authorities.suffix(4) == ["a:1", "b:2", "a:1", "b:2"])
    }

    @Test("when all are down they are tried all the same")
    func allDown() async throws {
        let upstreams = upstreams()
        let gateway = try Gateway.make(.single("a:1", "b:2"), upstreams, clock: clock)
        down.names.withLock { $0 = ["a:1", "b:2"] }
        #expect(try await gateway.answer(Request(.get, "/")).status.code == 503)
        down.names.withLock { $0 = [] }
        #expect(try await gateway.answer(Request(.get, "/")).status == .ok)
    }

    @Test("an answer ends the rest at once")
    func wake() async throws {
        let upstreams = upstreams()
        let gateway = try Gateway.make(.single("a:1"), upstreams, clock: clock)
        down.names.withLock { $0 = ["a:1"] }
        try await send(1, gateway)
        down.names.withLock { $0 = [] }
        try await send(1, gateway)
        let pair = try Gateway.make(.single("a:1", "b:2"), upstreams, clock: clock)
        try await send(2, pair)
        #expect(upstreams.authorities.suffix(2) == ["a:1", "b:2"])
    }
}

import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import SwiftProtobuf
import Testing

@testable import MartletRPC

@Suite("RPC client: calls that are made again", .timeLimit(.minutes(1)))
struct RPCAttemptsTests {
    private let clock = ManualClock()

    private func client(_ transport: ScriptedTransport, _ policy: RPCMethodPolicy) -> RPCClient {
        var configuration = RPCClientConfiguration()
        configuration.service.policies[""] = policy
        return RPCClient(transport, at: "http://test", configuration: configuration, clock: clock)
    }

    /// The code that a call ends with, while the clock goes on as long as somebody sleeps.
    private func code(
        _ ends: [ScriptedTransport.End],
        _ policy: RPCMethodPolicy,
        _ options: RPCCallOptions = RPCCallOptions()
    ) async -> (code: RPCStatus.Code, attempts: Int, time: Duration) {
        let transport = ScriptedTransport(ends, clock)
        let client = client(transport, policy)
        let start = clock.now
        let code = await withTaskGroup(of: RPCStatus.Code?.self) { group in
            group.addTask {
                do {
                    let _: RPCAnswer<Text> = try await client.unary(
                        "test.Service/Echo",
                        Text(),
                        options: options
                    )
                    return .ok
                } catch {
                    return (error as? RPCError)?.status.code ?? .unknown
                }
            }
            group.addTask {
                while !Task.isCancelled, (try? await clock.waitForSleepers(1)) != nil {
                    clock.advance(by: .milliseconds(1))
                }
                return nil
            }
            let code = await group.next() ?? nil
            group.cancelAll()
            return code
        }
        return (code ?? .unknown, transport.seen.count, start.duration(to: clock.now))
    }

    private static func retry(
        _ codes: Set<RPCStatus.Code> = [.unavailable],
        attempts: Int = 4
    ) -> RPCMethodPolicy {
        var policy = RPCMethodPolicy()
        policy.attempts = .retry(
            RPCRetryPolicy(
                maximumAttempts: attempts,
                initialBackoff: .milliseconds(100),
                maximumBackoff: .milliseconds(200),
                codes: codes
            )
        )
        return policy
    }

    @Test("without a policy a call is made once")
    func once() async {
        let end = await code([.status(.unavailable), .ok], RPCMethodPolicy())
        #expect(end.code == .unavailable && end.attempts == 1)
    }

    @Test("a call is made again after a code of its policy, and says how often it was before")
    func retries() async {
        let transport = ScriptedTransport(
            [.status(.unavailable, pushback: "0"), .status(.unavailable, pushback: "0"), .ok],
            clock
        )
        let client = client(transport, Self.retry())
        let answer: RPCAnswer<Text>? = try? await client.unary("test.Service/Echo", Text())
        #expect(answer != nil)
        #expect(transport.seen.map { $0[RPCFields.previousAttempts] } == [nil, "1", "2"])
    }

    @Test("it is not made more often than the policy says, nor after another code")
    func limits() async {
        let often = await code([.status(.unavailable)], Self.retry(attempts: 3))
        #expect(often.code == .unavailable && often.attempts == 3)
        let most = await code([.status(.unavailable)], Self.retry(attempts: 100))
        #expect(most.attempts == 5)
        let other = await code([.status(.internal), .ok], Self.retry())
        #expect(other.code == .internal && other.attempts == 1)
    }

    @Test("it is not made again when the server had begun to answer")
    func committed() async {
        let end = await code([.lateStatus(.unavailable), .ok], Self.retry())
        #expect(end.code == .unavailable && end.attempts == 1)
    }

    @Test("the server says when, or that it does not want it again")
    func pushback() async {
        let later = await code([.status(.unavailable, pushback: "3000"), .ok], Self.retry())
        #expect(later.code == .ok && later.attempts == 2 && later.time >= .seconds(3))
        for never in ["-1", "soon"] {
            let end = await code([.status(.unavailable, pushback: never), .ok], Self.retry())
            #expect(end.code == .unavailable && end.attempts == 1)
        }
    }

    @Test("it is not made again when the deadline comes before that")
    func deadline() async {
        let end = await code(
            [.status(.unavailable, pushback: "3000"), .ok],
            Self.retry(),
            RPCCallOptions(timeout: .seconds(2))
        )
        #expect(end.code == .unavailable && end.attempts == 1 && end.time < .seconds(1))
    }

    @Test("calls are not made again while more of them fail than succeed")
    func throttling() async {
        var configuration = RPCClientConfiguration()
        configuration.service.policies[""] = Self.retry(attempts: 2)
        configuration.service.throttling = RPCRetryThrottling(maximumTokens: 4, tokenRatio: 1)
        let transport = ScriptedTransport([.status(.unavailable, pushback: "0")], clock)
        let client = RPCClient(
            transport,
            at: "http://test",
            configuration: configuration,
            clock: clock
        )
        var counts: [Int] = []
        for _ in 0..<3 {
            let _: RPCAnswer<Text>? = try? await client.unary("test.Service/Echo", Text())
            counts.append(transport.seen.count)
        }
        // 4 tokens, 3 after the first attempt, 2 after the second: no more than half.
        #expect(counts == [2, 3, 4])
    }

    private static func hedge(_ delay: Duration) -> RPCMethodPolicy {
        var policy = RPCMethodPolicy()
        policy.attempts = .hedge(RPCHedgingPolicy(maximumAttempts: 3, delay: delay))
        return policy
    }

    @Test("a hedge is sent when the answer takes longer than the delay, and the first answer wins")
    func hedging() async throws {
        let transport = ScriptedTransport(
            [.after(.seconds(10), .status(.internal)), .after(.milliseconds(20), .ok)],
            clock
        )
        let client = client(transport, Self.hedge(.milliseconds(50)))
        async let answer: RPCAnswer<Text> = client.unary("test.Service/Echo", Text())
        // The first attempt and the delay of the second.
        try await clock.waitForSleepers(2)
        #expect(transport.seen.count == 1)
        clock.advance(by: .milliseconds(50))
        // The second attempt and the delay of the third, too.
        try await clock.waitForSleepers(3)
        #expect(transport.seen.count == 2)
        clock.advance(by: .milliseconds(20))
        _ = try await answer
        #expect(transport.seen.count == 2)
    }

    @Test("a hedge that fails without harm brings on the next at once; a fatal one ends the call")
    func failingHedges() async {
        /// The code of a call, and how often it was made; no time passes.
        func end(_ ends: [ScriptedTransport.End]) async -> (RPCStatus.Code, Int) {
            let transport = ScriptedTransport(ends, clock)
            let client = client(transport, Self.hedge(.seconds(50)))
            do {
                let _: RPCAnswer<Text> = try await client.unary("test.Service/Echo", Text())
                return (.ok, transport.seen.count)
            } catch {
                return ((error as? RPCError)?.status.code ?? .unknown, transport.seen.count)
            }
        }
        #expect(await end([.status(.unavailable), .status(.unavailable), .ok]) == (.ok, 3))
        #expect(await end([.status(.notFound), .ok]) == (.notFound, 1))
        #expect(await end([.status(.unavailable)]) == (.unavailable, 3))
        #expect(await end([.status(.unavailable, pushback: "-1"), .ok]) == (.unavailable, 1))
    }

    @Test("after a connection could not be made, calls fail at once until the next is tried")
    func connectionBackoff() async throws {
        let transport = ScriptedTransport([.noConnection, .ok], clock)
        let client = client(transport, RPCMethodPolicy())
        for _ in 0..<3 {
            let error = await #expect(throws: RPCError.self) {
                let _: RPCAnswer<Text> = try await client.unary("test.Service/Echo", Text())
            }
            #expect(error?.status.code == .unavailable)
        }
        #expect(transport.seen.count == 1)
        clock.advance(by: .milliseconds(1200))
        let _: RPCAnswer<Text> = try await client.unary("test.Service/Echo", Text())
        #expect(transport.seen.count == 2)
    }

    @Test("a call that waits for ready is made when a connection can be, or fails at its deadline")
    func waitForReady() async {
        let options = RPCCallOptions(timeout: .seconds(60), waitsForReady: true)
        let ready = await code(
            [.noConnection, .noConnection, .ok],
            RPCMethodPolicy(),
            options
        )
        #expect(ready.code == .ok && ready.attempts == 3)
        // 1 s and 1.6 s, each a fifth less or more.
        #expect(ready.time >= .milliseconds(2080) && ready.time <= .milliseconds(3200))
        let late = await code([.noConnection], RPCMethodPolicy(), options)
        #expect(late.code == .deadlineExceeded)
        #expect(late.time >= .seconds(60) && late.time < .seconds(61))
    }
}

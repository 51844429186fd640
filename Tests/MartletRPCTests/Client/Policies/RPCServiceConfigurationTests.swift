import MartletHTTP
import NIOCore
import Testing

@testable import MartletRPC

@Suite("RPC service config")
struct RPCServiceConfigurationTests {
    private func read(_ json: String) throws -> RPCServiceConfiguration {
        try RPCServiceConfiguration(json: ByteBuffer(string: json))
    }

    @Test("the JSON that other gRPC clients read is read, the most specific name first")
    func json() throws {
        let configuration = try read(
            """
            {"loadBalancingConfig": [{"round_robin": {}}],
             "methodConfig": [
              {"name": [{"service": "a.B", "method": "C"}], "timeout": "1.5s", "waitForReady": true,
               "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "2s",
                "backoffMultiplier": 3, "retryableStatusCodes": ["UNAVAILABLE", 8]}},
              {"name": [{"service": "a.B"}, {"service": "d.E"}],
               "hedgingPolicy": {"maxAttempts": 2, "hedgingDelay": "0.5s",
                "nonFatalStatusCodes": ["INTERNAL"]}},
              {"name": [{}], "timeout": "9s"}],
             "retryThrottling": {"maxTokens": 20, "tokenRatio": 0.5}}
            """
        )
        let exact = configuration.policy(for: "a.B/C")
        #expect(exact.timeout == .milliseconds(1500) && exact.waitsForReady)
        guard case .retry(let retry) = exact.attempts else {
            Issue.record("There is no retry policy.")
            return
        }
        #expect(retry.maximumAttempts == 4 && retry.backoffMultiplier == 3)
        #expect(
            retry.initialBackoff == .milliseconds(100) && retry.maximumBackoff == .seconds(2)
        )
        #expect(retry.codes == [.unavailable, .resourceExhausted])
        for name in ["a.B/Other", "d.E/C"] {
            guard case .hedge(let hedge) = configuration.policy(for: name).attempts else {
                Issue.record("There is no hedging policy.")
                return
            }
            #expect(hedge.delay == .milliseconds(500) && hedge.nonFatalCodes == [.internal])
        }
        #expect(configuration.policy(for: "x.Y/Z").timeout == .seconds(9))
        #expect(configuration.throttling?.maximumTokens == 20)
        #expect(configuration.throttling?.tokenRatio == 0.5)
    }

    @Test(
        "what is wrong is refused, and named",
        arguments: [
            (#"{"methodConfig": [{"timeout": "1m"}]}"#, "1m"),
            (#"{"methodConfig": [{"retryPolicy": {"maxAttempts": 2}}]}"#, "initialBackoff"),
            (
                #"{"methodConfig": [{"retryPolicy": {"maxAttempts": 1, "initialBackoff": "1s", "#
                    + #""maxBackoff": "1s", "backoffMultiplier": 1, "#
                    + #""retryableStatusCodes": ["INTERNAL"]}}]}"#, "maxAttempts"
            ),
            (
                #"{"methodConfig": [{"retryPolicy": {"maxAttempts": 2, "initialBackoff": "1s", "#
                    + #""maxBackoff": "1s", "backoffMultiplier": 1, "#
                    + #""retryableStatusCodes": ["SOMETIMES"]}}]}"#, "SOMETIMES"
            ),
            (#"{"methodConfig": 5}"#, "methodConfig"),
        ]
    )
    func wrong(json: String, named: String) {
        let error = #expect(throws: (any Error).self) { try read(json) }
        #expect(error.map { "\($0)".contains(named) } == true, "\(String(describing: error))")
    }
}

import HTTPTypes
import MartletCore
import MartletHTTP
import MartletIdentity
import NIOCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct RemoteJWKSourceTests {
    /// An issuer whose keys a test changes.
    private final class Issuer: Sendable {
        private struct State {
            var response: Result<Response, HTTPError>
            var fetches = 0
            var isHeld = false
            var held: [CheckedContinuation<Void, Never>] = []
        }
        private let state: Mutex<State>

        init(_ mints: TokenMint...) {
            state = Mutex(State(response: .success(Response(KeySet.json(mints)))))
        }

        var fetches: Int { state.withLock { $0.fetches } }

        func rotate(to mints: TokenMint...) {
            answer(.success(Response(KeySet.json(mints))))
        }

        func answer(_ response: Result<Response, HTTPError>) {
            state.withLock { $0.response = response }
        }

        func hold() {
            state.withLock { $0.isHeld = true }
        }

        func release() {
            let held = state.withLock { state in
                state.isHeld = false
                defer { state.held = [] }
                return state.held
            }
            for continuation in held { continuation.resume() }
        }

        var client: ClosureHandler<Request, Response> {
            ClosureHandler { [self] request, _ in
                #expect(request.authority == "issuer.example")
                #expect(request.target == "/jwks")
                await withCheckedContinuation { continuation in
                    let isHeld = state.withLock { state in
                        state.fetches += 1
                        if state.isHeld { state.held.append(continuation) }
                        return state.isHeld
                    }
                    if !isHeld { continuation.resume() }
                }
                return try state.withLock { try $0.response.get() }
            }
        }
    }

    private let clock = ManualClock()
    private let one = TokenMint("one")
    private let two = TokenMint("two")

    private func source(
        _ issuer: Issuer,
        maximumSize: Int = 10_000
    ) -> RemoteJWKSource {
        RemoteJWKSource(
            url: "https://issuer.example/jwks",
            client: issuer.client,
            configuration: .init(maximumSize: maximumSize),
            clock: clock
        )
    }

    private func verifier(_ source: RemoteJWKSource) -> TokenVerifier {
        TokenVerifier(source, policy: TokenPolicy(), clock: WallClock { 0 })
    }

    private func token(_ mint: TokenMint) throws -> String {
        try mint.token(#"{"sub":"a","exp":9}"#)
    }

    @Test("keys are fetched once and used until they are an hour old")
    func cached() async throws {
        let issuer = Issuer(one)
        let verifier = verifier(source(issuer))
        for _ in 0..<3 { _ = try await verifier.verify(token(one)) }
        #expect(issuer.fetches == 1)
        clock.advance(by: .seconds(3_599))
        _ = try await verifier.verify(token(one))
        #expect(issuer.fetches == 1)
        clock.advance(by: .seconds(1))
        _ = try await verifier.verify(token(one))
        #expect(issuer.fetches == 2)
    }

    @Test("a rotated key is found at once, and unknown keys cause one fetch in the cooldown")
    func rotation() async throws {
        let issuer = Issuer(one)
        let verifier = verifier(source(issuer))
        _ = try await verifier.verify(token(one))
        clock.advance(by: .seconds(30))
        issuer.rotate(to: one, two)
        _ = try await verifier.verify(token(two))
        #expect(issuer.fetches == 2)
        for number in 0..<20 {
            let made = try token(TokenMint("made-up-\(number)"))
            await #expect(throws: TokenError.self) { try await verifier.verify(made) }
        }
        #expect(issuer.fetches == 2)
        clock.advance(by: .seconds(30))
        let made = try token(TokenMint("made-up"))
        await #expect(throws: TokenError.self) { try await verifier.verify(made) }
        #expect(issuer.fetches == 3)
    }

    @Test("a withdrawn key is refused after the refresh")
    func withdrawal() async throws {
        let issuer = Issuer(one)
        let verifier = verifier(source(issuer))
        _ = try await verifier.verify(token(one))
        issuer.rotate(to: two)
        clock.advance(by: .seconds(3_600))
        let old = try token(one)
        await #expect(throws: TokenError.self) { try await verifier.verify(old) }
        _ = try await verifier.verify(token(two))
    }

    @Test("an issuer that fails leaves the keys that are there in use, asked once in the cooldown")
    func failure() async throws {
        let issuer = Issuer(one)
        let verifier = verifier(source(issuer))
        _ = try await verifier.verify(token(one))
        for bad in [
            .failure(HTTPError(.badGateway)), .success(Response(.notFound)),
            .success(Response("nonsense")),
            .success(Response(String(repeating: " ", count: 10_001))),
        ] as [Result<Response, HTTPError>] {
            issuer.answer(bad)
            clock.advance(by: .seconds(3_600))
            let before = issuer.fetches
            _ = try await verifier.verify(token(one))
            _ = try await verifier.verify(token(one))
            #expect(issuer.fetches == before + 1)
        }
    }

    @Test("without any keys a token cannot be checked, and the issuer is not hammered")
    func unavailable() async throws {
        let issuer = Issuer(one)
        issuer.answer(.failure(HTTPError(.badGateway)))
        let verifier = verifier(source(issuer))
        let token = try token(one)
        for _ in 0..<5 {
            let error = await #expect(throws: TokenError.self) { try await verifier.verify(token) }
            #expect(error?.code == .keysUnavailable)
        }
        #expect(issuer.fetches == 1)
        issuer.rotate(to: one)
        clock.advance(by: .seconds(30))
        #expect(try await verifier.verify(token).subject == "a")
    }

    @Test("many tokens at once cause one fetch")
    func singleFlight() async throws {
        let issuer = Issuer(one)
        issuer.hold()
        let verifier = verifier(source(issuer))
        let token = try token(one)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 {
                group.addTask { try await verifier.verify(token).subject }
            }
            while issuer.fetches == 0 {
                try Task.checkCancellation()
                await Task.yield()
            }
            issuer.release()
            for try await subject in group { #expect(subject == "a") }
        }
        #expect(issuer.fetches == 1)
    }

    @Test("a fetch that takes too long is given up")
    func timeout() async throws {
        let verifier = TokenVerifier(
            RemoteJWKSource(
                url: "https://issuer.example/jwks",
                client: ClosureHandler<Request, Response> { [clock] _, _ in
                    try await clock.sleep(
                        until: clock.now.advanced(by: .seconds(60)),
                        tolerance: nil
                    )
                    return Response(.ok)
                },
                clock: clock
            ),
            policy: TokenPolicy()
        )
        let token = try token(one)
        let error = await #expect(throws: TokenError.self) {
            try await withThrowingTaskGroup(of: Void.self) { [clock] group in
                group.addTask { _ = try await verifier.verify(token) }
                try await clock.waitForSleepers(2)
                clock.advance(by: .seconds(5))
                try await group.next()
            }
        }
        #expect(error?.code == .keysUnavailable)
    }
}

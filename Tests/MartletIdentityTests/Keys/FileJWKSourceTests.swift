import FoundationEssentials
import MartletCore
import MartletIdentity
import Testing

@Suite struct FileJWKSourceTests {
    private let clock = ManualClock()

    private func withFile(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "martlet-keys-\(UInt64.random(in: .min ... .max)).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    }

    @Test("a file is read with the first token, and again when it has changed")
    func rotates() async throws {
        try await withFile { path in
            let one = TokenMint("one")
            let two = TokenMint("two")
            try write(KeySet.json([one]), to: path)
            let verifier = TokenVerifier(
                FileJWKSource(path: path, clock: clock),
                policy: TokenPolicy(),
                clock: WallClock { 0 }
            )
            let old = try one.token(#"{"sub":"a","exp":9}"#)
            let new = try two.token(#"{"sub":"b","exp":9}"#)
            #expect(try await verifier.verify(old).subject == "a")
            try write(KeySet.json([two]), to: path)
            #expect(try await verifier.verify(old).subject == "a")
            clock.advance(by: .seconds(30))
            await #expect(throws: TokenError.self) { try await verifier.verify(old) }
            #expect(try await verifier.verify(new).subject == "b")
            try write("broken", to: path)
            clock.advance(by: .seconds(30))
            #expect(try await verifier.verify(new).subject == "b")
        }
    }

    @Test("a file that is missing or too long cannot give keys")
    func unreadable() async throws {
        try await withFile { path in
            let token = try TokenMint("one").token(#"{"sub":"a","exp":9}"#)
            for text in [nil, String(repeating: " ", count: FileJWKSource.maximumSize + 1)] {
                if let text { try write(text, to: path) }
                let verifier = TokenVerifier(
                    FileJWKSource(path: path, clock: clock),
                    policy: TokenPolicy()
                )
                let error = await #expect(throws: TokenError.self) {
                    try await verifier.verify(token)
                }
                #expect(error?.code == .keysUnavailable)
            }
        }
    }
}

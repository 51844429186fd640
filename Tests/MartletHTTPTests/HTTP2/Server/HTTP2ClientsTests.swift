import Foundation
import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import TestAuthority
import TestSupport
import Testing

/// Against clients that others wrote: curl and h2load, both on nghttp2.
@Suite("HTTP/2 with other people's clients", .timeLimit(.minutes(2)))
struct HTTP2ClientsTests {
    private static let echo: @Sendable (Request, CallContext) async throws -> Response = {
        request,
        _ in
        if request.method == .get { return Response("hello") }
        var response = Response(.ok)
        response.body = request.body
        return response
    }

    /// Runs a program and returns what it said.
    private func run(_ program: String, _ arguments: [String]) async throws -> String {
        let (output, status) = try await Programs.run([program] + arguments)
        #expect(status == 0, "\(output)")
        return output
    }

    @Test("curl chooses HTTP/2 by ALPN, and HTTP/1.1 where it wants that")
    func negotiation() async throws {
        let authority = try TestAuthority()
        let tls = try ServerTLS(authority.issue(["localhost"]))
        try await withServer(
            { $0.tls = tls },
            handler: Self.echo,
            { (_, port) async throws in
                let url = "https://localhost:\(port)/"
                for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
                    let said = try await run(
                        "curl",
                        ["-sk", flag, "-w", " %{http_version} %{http_code}", url]
                    )
                    #expect(said == "hello \(version) 200")
                }
            }
        )
    }

    @Test("curl sends a megabyte, which comes back, without TLS")
    func largeBody() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var bytes = Data()
        for number in 0..<(1 << 18) {
            withUnsafeBytes(of: UInt32(number)) { bytes.append(contentsOf: $0) }
        }
        let (sent, received) = (folder.appending(path: "sent"), folder.appending(path: "received"))
        try bytes.write(to: sent)
        try await withServer(
            handler: Self.echo,
            { (_, port) async throws in
                _ = try await run(
                    "curl",
                    [
                        "-s", "--http2-prior-knowledge", "--data-binary", "@\(sent.path)",
                        "-o", received.path, "http://127.0.0.1:\(port)/",
                    ]
                )
            }
        )
        #expect(try Data(contentsOf: received) == bytes)
    }

    @Test("h2load has ten thousand requests answered, on many streams")
    func load() async throws {
        try await withServer(
            handler: Self.echo,
            { (_, port) async throws in
                let said = try await run(
                    "h2load",
                    ["-n", "10000", "-c", "4", "-m", "50", "http://127.0.0.1:\(port)/"]
                )
                #expect(said.contains("10000 succeeded, 0 failed, 0 errored, 0 timeout"))
                #expect(said.contains("10000 2xx, 0 3xx, 0 4xx, 0 5xx"))
            }
        )
    }
}

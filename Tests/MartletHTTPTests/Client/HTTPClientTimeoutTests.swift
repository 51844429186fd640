import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A scripted socket waits ten seconds for a client that should close: less than the time-outs that
/// a client has when it ignores those that it is given.
@Suite("HTTPClient: its time-outs", .timeLimit(.minutes(1)))
struct HTTPClientTimeoutTests {
    private static func answer(_ text: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    /// A client with room for one connection on one loop.
    private func withClient(
        _ configure: (inout HTTPClient.Configuration) -> Void,
        _ body: (HTTPClient, Loop) async throws -> Void
    ) async throws {
        let loops = EventLoops(count: 1)
        var configuration = HTTPClient.Configuration()
        configuration.connectionsPerOrigin = 1
        configure(&configuration)
        let client = HTTPClient(configuration, loops: loops)
        let result: Result<Void, any Error>
        do {
            try await body(client, try #require(loops.loops.first))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        client.shutdown()
        try await loops.shutdown()
        try result.get()
    }

    private func text(_ response: Response) async throws -> String {
        String(buffer: try await response.body.collect(upTo: 100))
    }

    @Test("a connection that nobody uses is closed after its time, and another is made")
    func idle() async throws {
        let server = try ScriptedSocket()
        try await withClient(
            { $0.idleTimeout = .milliseconds(100) },
            { (client, _) async throws in
                for number in 0..<2 {
                    async let served: Void = offLoop("scripted socket") {
                        try server.acceptOne()
                        try server.receiveHead(on: number)
                        try server.send(Self.answer("connection \(number)"), on: number)
                    }
                    let response = try await client.get(server.base)
                    #expect(try await text(response) == "connection \(number)")
                    try await served
                    let rest = try await offLoop("receive") { try server.receiveHead(on: number) }
                    #expect(rest == "")
                }
            }
        )
    }

    @Test("a connection that waits for a response is not idle, even when it has been used before")
    func busy() async throws {
        let server = try ScriptedSocket()
        try await withClient(
            { $0.idleTimeout = .milliseconds(100) },
            { (client, loop) async throws in
                async let served: Void = offLoop("scripted socket") {
                    try server.acceptOne()
                    try server.receiveHead(on: 0)
                    try server.send(Self.answer("first"), on: 0)
                    try server.receiveHead(on: 0)
                    // Several ticks over the time-out.
                    poll(nil, 0, 600)
                    try server.send(Self.answer("second"), on: 0)
                }
                // On the loop, so that no tick is between the response and the next request.
                try await withTaskExecutorPreference(loop) {
                    for expected in ["first", "second"] {
                        let said = try await text(try await client.get(server.base))
                        #expect(said == expected)
                    }
                }
                try await served
                #expect(server.count == 1)
            }
        )
    }

    /// What a server says that does not answer in time.
    enum Late: CaseIterable, Sendable {
        case nothing
        case halfHead
        case interimResponse

        var text: String {
            switch self {
            case .nothing: ""
            case .halfHead: "HTTP/1.1 200 OK\r\nContent-"
            case .interimResponse: "HTTP/1.1 103 Early Hints\r\n\r\n"
            }
        }
    }

    /// Takes a request on one connection, says something, and waits for the client to close.
    ///
    /// A client that does not is answered after all, so that it does not close later.
    private func waitForClosing(
        _ server: ScriptedSocket,
        afterSaying text: String
    ) async throws -> Bool {
        try await offLoop("scripted socket") {
            try server.acceptOne()
            try server.receiveHead(on: 0)
            try server.send(text, on: 0)
            do {
                return try server.receiveHead(on: 0).isEmpty
            } catch {
                try server.send(Self.answer("late"), on: 0)
                return false
            }
        }
    }

    @Test(
        "a response whose head is late fails, and its connection is closed",
        arguments: Late.allCases,
        // The second is so long that the loop's ticks look at it first.
        [Duration.milliseconds(100), .milliseconds(1200)]
    )
    func lateHead(_ late: Late, timeout: Duration) async throws {
        try await withClient(
            { $0.responseTimeout = timeout },
            { (client, _) async throws in
                // A busy machine may need the time for connecting already; then it is tried again.
                for _ in 0..<20 {
                    let server = try ScriptedSocket()
                    async let hasClosed = waitForClosing(server, afterSaying: late.text)
                    let error = await #expect(throws: HTTPClientError.self) {
                        _ = try await client.get(server.base)
                    }
                    if error?.code == .connectTimeout {
                        _ = try? await hasClosed
                        continue
                    }
                    #expect(error?.code == .deadlineExceeded)
                    #expect(error?.isUnsent == false)
                    #expect(try await hasClosed)
                    return
                }
                Issue.record("Connecting took longer than \(timeout) each time.")
            }
        )
    }

    @Test("a context's deadline that is later than the time-out does not prolong it")
    func laterDeadline() async throws {
        let server = try ScriptedSocket()
        try await withClient(
            { $0.responseTimeout = .milliseconds(100) },
            { (client, _) async throws in
                async let hasClosed = waitForClosing(server, afterSaying: "")
                let context = CallContext(deadline: .now + .seconds(30))
                let error = await #expect(throws: HTTPClientError.self) {
                    _ = try await client.handle(Request(.get, server.base), context: context)
                }
                #expect(error?.code == .deadlineExceeded)
                #expect(try await hasClosed)
            }
        )
    }
}

import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore
import TestAuthority
import Testing

@testable import MartletHTTP

/// A body that ends with the connection does not look whole when it broke off (RFC 9112 §8).
@Suite("Responses that end with the connection", .timeLimit(.minutes(1)))
struct ServerResetTests {
    /// What becomes of the body after its first piece.
    enum Fate: CaseIterable, Sendable {
        case ends
        case throwsError
        case isCancelled
    }

    private static func handler(
        _ fate: Fate
    ) -> @Sendable (Request, CallContext) async throws -> Response {
        { _, context in
            if fate == .isCancelled {
                context.scope?.cancelCall(at: .now + .milliseconds(50))
            }
            return Response(
                body: Body { writer in
                    try await writer.write("piece")
                    try await writer.flush()
                    switch fate {
                    case .ends: break
                    case .throwsError: throw HTTPError(.badGateway)
                    case .isCancelled: try await Gate().wait()
                    }
                }
            )
        }
    }

    @Test("a body that breaks off is reset, and one that ends is not", arguments: Fate.allCases)
    func plain(fate: Fate) async throws {
        try await withServer(handler: Self.handler(fate)) { (_, port) async throws in
            let client = try RawClient(port: port)
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            let (text, wasReset) = try await client.receiveToEnd()
            #expect(text.hasSuffix("\r\n\r\npiece"))
            #expect(wasReset == (fate != .ends))
        }
    }

    @Test("a server that is stopped resets it, too")
    func stopped() async throws {
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        configuration.shutdownGracePeriod = .milliseconds(10)
        let gate = Gate()
        let handler = ClosureHandler<Request, Response> { _, _ in
            Response(
                body: Body { writer in
                    try await writer.write("piece")
                    try await writer.flush()
                    try await gate.wait()
                }
            )
        }
        let server = HTTPServer(configuration, handler: handler)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            let client = try RawClient(port: port)
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            try await gate.waitForArrivals(1)
            group.cancelAll()
            let (text, wasReset) = try await client.receiveToEnd()
            #expect(text.hasSuffix("\r\n\r\npiece"))
            #expect(wasReset)
        }
    }

    @Test("over TLS it ends without close_notify", arguments: Fate.allCases)
    func overTLS(fate: Fate) async throws {
        let authority = try TestAuthority()
        let tls = try ServerTLS(authority.issue(["localhost"]))
        try await withServer(
            { $0.tls = tls },
            handler: Self.handler(fate),
            { (_, port) async throws in
                let ends = AsyncStream<Bool>.makeStream()
                let driver = OldClient { ends.continuation.yield($0) }
                let trust = try ClientTLS(trust: authority.trust)
                let loop = EventLoops.shared.any()
                loop.run {
                    Connector.connect(
                        to: .tcp(host: "localhost", port: port),
                        on: loop,
                        owner: driver,
                        tls: trust,
                        timeout: .seconds(10),
                        driver: driver
                    )
                }
                var endings = ends.stream.makeAsyncIterator()
                #expect(await endings.next() == (fate == .ends))
            }
        )
    }
}

/// A client of HTTP/1.0 that says whether the connection ended in good order.
// Sound because it is touched on its loop only.
private final class OldClient: ConnectionDriver, @unchecked Sendable {
    private let onEnd: @Sendable (Bool) -> Void
    private var connection: Connection?

    init(onEnd: @escaping @Sendable (Bool) -> Void) {
        self.onEnd = onEnd
    }

    func attached(_ connection: Connection) { self.connection = connection }
    func opened(_ connection: Connection) {
        connection.write(ByteBuffer(string: "GET / HTTP/1.0\r\n\r\n"))
        connection.flush()
    }
    func received(_ bytes: ByteBuffer) {}
    func inputEnded() {
        onEnd(connection?.isTruncated == false)
        connection?.close()
    }
    func writabilityChanged() {}
    func closed(_ error: (any Error)?) {
        onEnd(false)
        connection = nil
    }
    func drain() {}
}

import HTTPTypes
import MartletCore
import MartletTransport
import Synchronization
import Testing

@testable import MartletHTTP

@Suite("A call that is answered without a task")
struct RelayedCallTests {
    /// Leaves the answer to the test.
    private final class Relay: RelayHandler {
        let calls = Mutex<[(RelayedCall, Request, CallContext)]>([])

        func relay(_ request: Request, context: CallContext, call: RelayedCall) throws {
            calls.withLock { $0.append((call, request, context)) }
        }

        func handle(_ request: Request, context: CallContext) async throws -> Response {
            Response("in a task")
        }
    }

    /// Counts the calls that it let in and has not seen out.
    private struct Inside: SynchronousMiddleware {
        typealias Request = MartletHTTP.Request
        typealias Response = MartletHTTP.Response

        final class Count: Sendable {
            let value = Atomic(0)
        }

        let count = Count()

        func open(_ request: Request, context: inout CallContext) throws -> Response? {
            count.value.add(1, ordering: .relaxed)
            return nil
        }

        func close(_ response: inout Response, request: Request, context: CallContext) {
            count.value.subtract(1, ordering: .relaxed)
        }

        func recover(
            from error: any Error,
            request: Request,
            context: CallContext
        ) throws -> Response {
            count.value.subtract(1, ordering: .relaxed)
            throw error
        }
    }

    /// Sends a request, and has the relay's call go on in a task.
    private func goOn(
        _ finish: (VirtualServer) -> Void
    ) throws -> (inside: Int, answer: String) {
        let relay = Relay()
        let inside = Inside()
        var answer = ""
        try VirtualServer.run(handler: relay.layered(by: [inside])) { server in
            #expect(try server.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == "")
            #expect(inside.count.value.load(ordering: .relaxed) == 1)
            let (call, request, context) = try #require(relay.calls.withLock { $0.popLast() })
            server.loop.turn {
                call.continueInTask(relay, request, context: context)
                finish(server)
            }
            answer = try server.answered()
        }
        return (inside.count.value.load(ordering: .relaxed), answer)
    }

    /// Asks over HTTP/2, and does something with the relay's call.
    private func overHTTP2(
        _ body: (HTTP2Peer, VirtualServer, HTTP2StreamID?, RelayedCall) throws -> Void
    ) throws {
        let relay = Relay()
        let inside = Inside()
        try VirtualServer.run(handler: relay.layered(by: [inside])) { server in
            let peer = HTTP2Peer(server)
            let stream = peer.request()
            try peer.exchange()
            #expect(peer[stream].status == 0)
            #expect(inside.count.value.load(ordering: .relaxed) == 1)
            let (call, _, _) = try #require(relay.calls.withLock { $0.popLast() })
            try body(peer, server, stream, call)
        }
        #expect(inside.count.value.load(ordering: .relaxed) == 0)
    }

    @Test("answers a stream of HTTP/2, whole or in pieces")
    func stream() throws {
        let pieces = Body { writer in
            for piece in ["one", "two"] { try await writer.write(piece) }
        }
        for body in [Body("onetwo"), pieces] {
            try overHTTP2 { peer, server, stream, call in
                server.loop.turn { call.finish(.success(Response(.ok, body: body))) }
                try peer.exchange()
                #expect(peer[stream].status == 200)
                #expect(peer[stream].body == "onetwo")
                #expect(peer[stream].hasEnded)
            }
        }
    }

    @Test("goes on in the task of a stream of HTTP/2, also when that has an error")
    func streamTask() throws {
        for fails in [false, true] {
            try overHTTP2 { peer, server, stream, call in
                let handler = ClosureHandler<Request, Response> { _, _ in
                    if fails { throw HTTPError(.badGateway) }
                    return Response("in a task")
                }
                server.loop.turn {
                    call.continueInTask(handler, Request(.get, "/"), context: CallContext())
                }
                try peer.exchange()
                #expect(peer[stream].status == (fails ? 502 : 200))
            }
        }
    }

    @Test("is seen out by its layers when its stream of HTTP/2 is reset or its client leaves")
    func streamEnds() throws {
        for leaves in [false, true] {
            try overHTTP2 { peer, server, stream, call in
                if leaves {
                    server.disconnect()
                } else {
                    if let stream { peer.machine.reset(stream, .cancel) }
                    try peer.exchange()
                }
                server.loop.turn { call.finish(.failure(CancellationError())) }
                try peer.exchange()
                #expect(peer[stream].status == 0)
            }
        }
    }

    @Test("goes on in a task, and its layers see it out")
    func task() throws {
        let (inside, answer) = try goOn { _ in }
        #expect(inside == 0)
        #expect(answer.hasSuffix("\r\n\r\nin a task"))
    }

    @Test("is seen out by its layers also when its client leaves before its task is made")
    func clientLeaves() throws {
        let (inside, answer) = try goOn { $0.disconnect() }
        #expect(inside == 0)
        #expect(answer == "")
    }
}

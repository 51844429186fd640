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

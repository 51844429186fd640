import HTTPTypes
import MartletCore
import NIOCore
import Testing

@testable import MartletHTTP

@Suite("A handler that does not suspend")
struct SynchronousHandlerTests {
    private static let hello = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// The task that runs now.
    private static func task() -> Int? {
        withUnsafeCurrentTask { $0?.hashValue }
    }

    /// Whether the call has a task of its own; the connection runs on the test's.
    private static func hasTask(besides test: Int?) -> Bool {
        task() != test
    }

    /// Answers `GET /` of a router, through a connection.
    private func answer(_ build: (inout Router) -> Void) throws -> String {
        var router = Router()
        build(&router)
        var answer = ""
        try VirtualServer.run(handler: try router.compile()) { answer = try $0.send(Self.hello) }
        return answer
    }

    @Test("runs in no task; one that may suspend runs in one")
    func task() throws {
        let test = Self.task()
        let without = try answer { $0.get("/") { _, _ in "\(Self.hasTask(besides: test))" } }
        #expect(without.hasSuffix("\r\n\r\nfalse"))
        let with = try answer {
            $0.get("/") { _, _ in
                await Task.yield()
                return "\(Self.hasTask(besides: test))"
            }
        }
        #expect(with.hasSuffix("\r\n\r\ntrue"))
    }

    @Test("runs in no task behind layers that do not suspend either")
    func layers() throws {
        let test = Self.task()
        let answer = try answer {
            $0.use(RequestID())
            $0.use(CORS())
            $0.get("/") { _, _ in "\(Self.hasTask(besides: test))" }
        }
        #expect(answer.contains("\r\nX-Request-ID: "))
        #expect(answer.hasSuffix("\r\n\r\nfalse"))
    }

    @Test("runs in a task behind a layer that may suspend")
    func asynchronousLayer() throws {
        struct Passing: Middleware {
            func intercept(
                _ request: Request,
                context: CallContext,
                next: some Handler<Request, Response>
            ) async throws -> Response {
                try await next.handle(request, context: context)
            }
        }
        let test = Self.task()
        let answer = try answer {
            $0.use(RequestID())
            $0.use(Passing())
            $0.get("/") { _, _ in "\(Self.hasTask(besides: test))" }
        }
        #expect(answer.hasSuffix("\r\n\r\ntrue"))
    }

    @Test("has what it throws rendered")
    func throwing() throws {
        let answer = try answer {
            $0.get("/") { _, _ -> String in throw HTTPError(.conflict, detail: "Taken.") }
        }
        #expect(answer.hasPrefix("HTTP/1.1 409 Conflict\r\n"))
        #expect(answer.contains("Taken."))
    }

    @Test("may answer with a body that streams, which a task then writes")
    func streaming() throws {
        let test = Self.task()
        let answer = try answer {
            $0.get("/") { _, _ in
                Response(
                    body: Body { writer in
                        try await writer.write(ByteBuffer(string: "\(Self.hasTask(besides: test))"))
                    }
                )
            }
        }
        #expect(answer.hasSuffix("\r\n\r\n4\r\ntrue\r\n0\r\n\r\n"))
    }

    @Test("runs outside of the task of the call before it, which may have been cancelled")
    func afterTask() throws {
        let gate = Gate()
        var router = Router()
        router.get("/a") { _, _ in
            try await gate.wait()
            return "a"
        }
        let test = Self.task()
        router.get("/b") { _, _ in "\(Self.hasTask(besides: test))" }
        try VirtualServer.run(handler: try router.compile()) { server in
            let text = "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"
            let first = try server.send(text)
            #expect(first.isEmpty)
            gate.letOnePass()
            let answer = try server.answered()
            #expect(answer.hasSuffix("\r\n\r\nfalse"))
        }
    }

    @Test("answers requests that were pipelined, in their order")
    func pipelining() throws {
        var router = Router()
        router.get("/{n}") { request, _ in try request.parameters.require("n", as: String.self) }
        let handler = try router.compile()
        try VirtualServer.run(handler: handler) { server in
            let text = (1...40).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
            let bodies = try server.send(text).split(separator: "\r\n\r\n").dropFirst()
            #expect(bodies.map { $0.prefix { $0.isNumber } } == (1...40).map { "\($0)" })
        }
    }
}

import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Synchronization
import Testing

/// Layers that are run in one step behave as layers that stand one inside of the other: each test
/// runs with a call scope, as under a server, and without.
@Suite struct FusedHandlerTests {
    private final class Journal: Sendable {
        private let entries = Mutex<[String]>([])
        var all: [String] { entries.withLock { $0 } }
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
    }

    private struct Named: SynchronousMiddleware {
        typealias Request = MartletHTTP.Request
        typealias Response = MartletHTTP.Response

        let name: String
        let journal: Journal
        var answers = false
        var refuses = false
        var recovers = false

        func open(_ request: Request, context: inout CallContext) throws -> Response? {
            if refuses { throw HTTPError(.forbidden, detail: name) }
            journal.add("open \(name)")
            context.requestID = (context.requestID ?? "") + name
            return answers ? Response("early") : nil
        }

        func close(_ response: inout Response, request: Request, context: CallContext) {
            journal.add("close \(name)")
        }

        func recover(
            from error: any Error,
            request: Request,
            context: CallContext
        ) throws -> Response {
            journal.add("recover \(name)")
            if recovers { return Response("recovered") }
            throw error
        }
    }

    /// A layer that is no synchronous one.
    private struct Suspending: Middleware {
        let journal: Journal

        func intercept(
            _ request: Request,
            context: CallContext,
            next: some Handler<Request, Response>
        ) async throws -> Response {
            journal.add("before")
            let response = try await next.handle(request, context: context)
            journal.add("after")
            return response
        }
    }

    /// What a stack answers, under a server and without one, which must be the same.
    private func run(
        fails: Bool = false,
        _ layers: (Journal) -> [any Middleware<Request, Response>]
    ) async throws -> (answer: String, journal: [String]) {
        var outcomes: [(String, [String])] = []
        for scope in [RecordingScope(), nil] {
            let journal = Journal()
            var router = Router()
            for layer in layers(journal) { router.use(layer) }
            router.get("/") { _, context in
                journal.add("handle \(context.requestID ?? "")")
                if fails { throw HTTPError(.conflict) }
                return Response("handled")
            }
            var context = CallContext()
            context.scope = scope
            let answer: String
            do {
                let response = try await router.compile()
                    .handle(Request(.get, "/"), context: context)
                answer = response.body.whole.map { String(buffer: $0) } ?? ""
            } catch let error as HTTPError {
                answer = String(error.status.code)
            }
            outcomes.append((answer, journal.all))
        }
        #expect(outcomes[0] == outcomes[1])
        return outcomes[0]
    }

    @Test("layers open from outside to inside and close from inside to outside")
    func order() async throws {
        let (answer, journal) = try await run { journal in
            ["a", "b", "c"].map { Named(name: $0, journal: journal) }
        }
        #expect(answer == "handled")
        #expect(
            journal == [
                "open a", "open b", "open c", "handle abc", "close c", "close b", "close a",
            ]
        )
    }

    @Test("a layer that suspends keeps its place among the others")
    func mixed() async throws {
        let (_, journal) = try await run { journal in
            [
                Named(name: "a", journal: journal), Named(name: "b", journal: journal),
                Suspending(journal: journal), Named(name: "c", journal: journal),
                Named(name: "d", journal: journal),
            ]
        }
        #expect(
            journal == [
                "open a", "open b", "before", "open c", "open d", "handle abcd", "close d",
                "close c", "after", "close b", "close a",
            ]
        )
    }

    @Test("an early answer closes only the layers outside")
    func early() async throws {
        let (answer, journal) = try await run { journal in
            [
                Named(name: "a", journal: journal),
                Named(name: "b", journal: journal, answers: true),
                Named(name: "c", journal: journal),
            ]
        }
        #expect(answer == "early")
        #expect(journal == ["open a", "open b", "close a"])
    }

    @Test("a refusal is shown to the layers outside only")
    func refusal() async throws {
        let (answer, journal) = try await run { journal in
            [
                Named(name: "a", journal: journal),
                Named(name: "b", journal: journal, refuses: true),
            ]
        }
        #expect(answer == "403")
        #expect(journal == ["open a", "recover a"])
    }

    @Test("an error goes out until a layer answers it, and the layers outside see the answer")
    func recovery() async throws {
        let (answer, journal) = try await run(fails: true) { journal in
            [
                Named(name: "a", journal: journal),
                Named(name: "b", journal: journal, recovers: true),
                Named(name: "c", journal: journal),
            ]
        }
        #expect(answer == "recovered")
        #expect(
            journal == [
                "open a", "open b", "open c", "handle abc", "recover c", "recover b", "close a",
            ]
        )
        let (thrown, _) = try await run(fails: true) { [Named(name: "a", journal: $0)] }
        #expect(thrown == "409")
    }

    @Test("the whole stack of a service works in one step")
    func wholeStack() async throws {
        var router = Router()
        router.use(RequestID())
        router.use(ServerMetrics())
        router.use(CORS())
        router.use(SecurityHeaders())
        router.use(ErrorRendering())
        router.use(Deadline())
        router.get("/users/{id}") { _, context -> Response in
            #expect(context.deadline != nil)
            throw HTTPError(.notFound, detail: "There is no such user.")
        }
        var context = CallContext()
        let scope = RecordingScope()
        context.scope = scope
        let request = Request(.get, "/users/7", headers: [.origin: "https://a.example"])
        let response = try await router.compile().handle(request, context: context)
        #expect(response.status == .notFound)
        #expect(response.headers[.xRequestID]?.utf8.count == 15)
        #expect(response.headers[.accessControlAllowOrigin] == "*")
        #expect(response.headers[.xContentTypeOptions] == "nosniff")
        #expect(scope.cancellations.count == 1)
        #expect(scope.label == WorkLabel("GET /users/{id}"))
    }
}

import Martlet
import Testing

@testable import TaskQueue

@Suite("The queue over HTTP")
struct TaskRoutesTests {
    private func handler(_ store: TaskStore) throws -> any Handler<Request, Response> {
        var router = Router()
        TaskRoutes(store: store, kinds: ["print"]).register(in: &router)
        return try router.compile()
    }

    private func submit(
        _ json: String,
        key: String? = nil,
        to handler: any Handler<Request, Response>
    ) async throws -> Response {
        var headers: Headers = [.contentType: "application/json"]
        if let key, let field = HTTPField.Name("Idempotency-Key") { headers[field] = key }
        let request = Request(.post, "/tasks", headers: headers, body: Body(json))
        return try await handler.handle(request, context: CallContext())
    }

    @Test("what is accepted is on the disk, and is shown")
    func accepted() async throws {
        try await withTemporaryFile { path in
            let handler = try handler(try TaskStore(path: path))
            let response = try await submit(#"{"kind": "print", "payload": "x"}"#, to: handler)
            #expect(response.status == .accepted)
            #expect(response.headers[.location] == "/tasks/1")
            #expect(try await TaskStore(path: path).task(1)?.payload == "x")
            let shown = try await handler.handle(Request(.get, "/tasks/1"), context: CallContext())
            #expect(try await shown.json(as: QueuedTask.self).state == .waiting)
        }
    }

    @Test("the same key adds one task, and is refused for another")
    func key() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let handler = try handler(store)
            for _ in 0..<2 {
                let answer = try await submit(
                    #"{"kind": "print", "payload": "x"}"#,
                    key: "k",
                    to: handler
                )
                #expect(answer.headers[.location] == "/tasks/1")
            }
            let error = try await #require(throws: HTTPError.self) {
                try await submit(#"{"kind": "print", "payload": "y"}"#, key: "k", to: handler)
            }
            #expect(error.status.code == 422)
            #expect(try await store.tasks(.waiting).count == 1)
        }
    }

    @Test("what cannot be done is refused, with the reason")
    func refused() async throws {
        try await withTemporaryFile { path in
            let store = try TaskStore(path: path)
            let handler = try handler(store)
            let large = String(repeating: "x", count: TaskStore.payloadLimit + 1)
            for (json, status) in [
                (#"{"kind": "other", "payload": "x"}"#, 400),
                (#"{"kind": "print"}"#, 400),
                (#"{"kind": "print", "payload": "\#(large)"}"#, 413),
            ] {
                let error = try await #require(throws: HTTPError.self) {
                    try await submit(json, to: handler)
                }
                #expect(error.status.code == status)
            }
            let error = try await #require(throws: HTTPError.self) {
                try await handler.handle(Request(.get, "/tasks/7"), context: CallContext())
            }
            #expect(error.status == .notFound)
            #expect(try await store.tasks(.waiting).isEmpty)
        }
    }
}

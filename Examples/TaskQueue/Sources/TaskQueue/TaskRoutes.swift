import Martlet

/// The queue over HTTP.
struct TaskRoutes: Sendable {
    let store: TaskStore
    /// The kinds of tasks that may be added.
    let kinds: Set<String>

    private struct Submission: Decodable, Sendable {
        var kind: String
        var payload: String
    }

    /// Registers the routes.
    func register(in router: inout Router) {
        router.post("/tasks") { request, _ in try await add(request) }
        router.get("/tasks/{id}") { request, _ in try await show(request) }
    }

    /// 202: the task is on the disk, and will be done; asking again with the same `Idempotency-Key`
    /// adds nothing.
    private func add(_ request: Request) async throws -> Response {
        let submission = try await request.json(as: Submission.self)
        guard kinds.contains(submission.kind) else {
            let known = kinds.sorted().joined(separator: ", ")
            throw HTTPError(.badRequest, detail: "The kind must be one of \(known).")
        }
        guard submission.payload.utf8.count <= TaskStore.payloadLimit else {
            throw HTTPError(
                .contentTooLarge,
                detail: "The payload has more than \(TaskStore.payloadLimit) bytes."
            )
        }
        let key = HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] }
        do {
            let task = try await store.add(submission.kind, submission.payload, key: key)
            var response = try Response.json(task, status: .accepted)
            response.headers[.location] = "/tasks/\(task.id)"
            return response
        } catch is TaskStore.KeyConflict {
            throw HTTPError(
                .unprocessableContent,
                detail: "This Idempotency-Key was used for another task."
            )
        }
    }

    private func show(_ request: Request) async throws -> Response {
        let id = try request.parameters.require("id", as: Int64.self)
        guard let task = try await store.task(id) else {
            throw HTTPError(.notFound, detail: "There is no task \(id).")
        }
        return try .json(task)
    }
}

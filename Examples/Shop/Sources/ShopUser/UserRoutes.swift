package import Martlet
import ShopModel

/// The HTTP face of the users.
package struct UserRoutes: Sendable {
    private let store: UserStore

    package init(store: UserStore) {
        self.store = store
    }

    /// Registers the routes.
    package func register(in router: inout Router) {
        router.post("/api/users") { request, _ in try await create(request) }
        router.get("/api/users/{id}") { request, _ in try await show(request) }
    }

    private struct Submission: Decodable, Sendable {
        var name: Submitted<String>?
        var email: Submitted<String>?
    }

    private func create(_ request: Request) async throws -> Response {
        let submission = try await request.json(as: Submission.self)
        var findings = Findings()
        let name = findings.text(submission.name, "name", upTo: 200)
        let email = findings.text(submission.email, "email", upTo: 254)
        if let email, !Self.isAddress(email) {
            findings.add("email", "must be an e-mail address, such as ada@example.com")
        }
        try findings.check()
        guard let name, let email else { throw HTTPError(.badRequest) }
        let user = User(
            id: Identifier.make("usr"),
            name: name,
            email: email,
            createdAt: Timestamp.now()
        )
        guard try await store.insert(user) else {
            throw HTTPError(
                .conflict,
                detail: "A user with this e-mail address exists.",
                fields: [HTTPError.FieldError("email", "is taken")]
            )
        }
        var response = try Response.json(user, status: .created)
        response.headers[.location] = "/api/users/\(user.id)"
        return response
    }

    private func show(_ request: Request) async throws -> Response {
        let id = try request.parameters.require("id", as: String.self)
        guard let user = try await store.user(id) else {
            throw HTTPError(.notFound, detail: "There is no user '\(id)'.")
        }
        return try .json(user)
    }

    /// Whether a text looks like an address: one `@`, something before it, a dotted name after it.
    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64 else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
            && !text.contains(where: \.isWhitespace)
    }
}

package import Martlet
import ShopModel

/// The HTTP face of the payments.
package struct PaymentRoutes: Sendable {
    /// The most that one charge can be: ten billion, in cents.
    package static let amountLimit = 1_000_000_000_000

    private let store: PaymentStore
    private let network: CardNetwork

    package init(store: PaymentStore, network: CardNetwork) {
        self.store = store
        self.network = network
    }

    /// Registers the routes.
    package func register(in router: inout Router) {
        router.post("/api/payments") { request, _ in try await charge(request) }
        router.get("/api/payments/{id}") { request, _ in try await show(request) }
        router.post("/api/payments/keys/{key}/void") { request, _ in try await void(request) }
    }

    private struct Submission: Decodable, Sendable {
        var reference: Submitted<String>?
        var amountCents: Submitted<Int>?
        var card: Submitted<String>?
    }

    private func charge(_ request: Request) async throws -> Response {
        let key = try IdempotencyKey.read(request)
        let submission = try await request.json(as: Submission.self)
        var findings = Findings()
        let reference = findings.text(submission.reference, "reference", upTo: 100)
        let amount = findings.integer(
            submission.amountCents,
            "amountCents",
            in: 0...Self.amountLimit
        )
        let card = findings.card(submission.card, "card")
        try findings.check()
        guard let reference, let amount, let card else { throw HTTPError(.badRequest) }
        let outcome = try await store.charge(
            key: key ?? Identifier.make("key"),
            reference: reference,
            amountCents: amount,
            card: card,
            network: network
        )
        guard case .payment(let payment) = outcome else {
            throw HTTPError(
                .unprocessableContent,
                detail: "This Idempotency-Key was used for another charge."
            )
        }
        return try answer(payment)
    }

    private func answer(_ payment: Payment) throws -> Response {
        switch payment.status {
        case .succeeded:
            var response = try Response.json(payment, status: .created)
            response.headers[.location] = "/api/payments/\(payment.id)"
            return response
        case .declined:
            throw HTTPError(
                HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required"),
                detail: "The card ending \(payment.cardLastFour) was declined."
            )
        case .voided:
            throw HTTPError(.conflict, detail: "This Idempotency-Key is closed.")
        }
    }

    private func void(_ request: Request) async throws -> Response {
        let key = try request.parameters.require("key", as: String.self)
        guard key.utf8.count <= IdempotencyKey.limit else {
            throw HTTPError(.badRequest, detail: "The key is too long.")
        }
        return try .json(try await store.void(key: key))
    }

    private func show(_ request: Request) async throws -> Response {
        let id = try request.parameters.require("id", as: String.self)
        guard let payment = try await store.payment(id) else {
            throw HTTPError(.notFound, detail: "There is no payment '\(id)'.")
        }
        return try .json(payment)
    }
}

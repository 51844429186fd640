package import Martlet
package import ShopModel

/// Takes orders: asks who the customer is, charges the card once, and writes down what happened.
///
/// An order is stored as pending, with the key that it will be charged under, before anything is
/// charged. Whoever dies after that leaves an order that can be finished: by the same request sent
/// again, or by ``OrderSettlement``. The payment service charges each key at most once.
package struct OrderDesk: Sendable {
    private let store: OrderStore
    private let users: UserClient
    private let payments: PaymentClient
    private let gate: OrderGate

    package init(store: OrderStore, users: UserClient, payments: PaymentClient, gate: OrderGate) {
        self.store = store
        self.users = users
        self.payments = payments
        self.gate = gate
    }

    /// Takes an order, or finishes the one that was begun under the same key.
    ///
    /// - Returns: The paid order.
    /// - Throws: ``HTTPError`` with 402 when the card is declined, 409 while the same order is
    ///   being worked on, 422 for an unknown user or a key that was used for another order, 503
    ///   when another service does not answer.
    package func place(
        _ request: OrderRequest,
        key: String,
        context: CallContext
    ) async throws -> Order {
        guard gate.enter(key) else { throw Self.busy }
        defer { gate.leave(key) }
        if try await store.record(key: key) == nil {
            try await requireUser(request.userId, context: context)
        }
        let record = try await store.open(request, key: key)
        guard record.matches(request) else {
            throw HTTPError(
                .unprocessableContent,
                detail: "This Idempotency-Key was used for another order."
            )
        }
        switch record.order.status {
        case .paid:
            return record.order
        case .declined:
            throw Self.declined(request.card)
        case .cancelled:
            guard let reopened = try await store.reopen(record) else { throw Self.busy }
            return try await charge(reopened, card: request.card, context: context)
        case .pending:
            return try await charge(record, card: request.card, context: context)
        }
    }

    private func requireUser(_ id: String, context: CallContext) async throws {
        guard try await users.exists(id, context: context) else {
            throw HTTPError(
                .unprocessableContent,
                detail: "There is no user '\(id)'.",
                fields: [HTTPError.FieldError("userId", "is unknown")]
            )
        }
    }

    private func charge(
        _ record: OrderRecord,
        card: CardNumber,
        context: CallContext
    ) async throws -> Order {
        switch try await payments.charge(record, card: card, context: context) {
        case .paid(let id):
            guard let paid = try await store.finish(record, as: .paid, paymentId: id) else {
                throw Self.busy
            }
            return paid.order
        case .declined:
            _ = try await store.finish(record, as: .declined, paymentId: nil)
            throw Self.declined(card)
        case .closed:
            _ = try await store.finish(record, as: .cancelled, paymentId: nil)
            throw Self.busy
        }
    }

    private static let busy = HTTPError(
        .conflict,
        detail: "This order is being worked on; ask again.",
        headers: [.retryAfter: "1"]
    )

    private static func declined(_ card: CardNumber) -> HTTPError {
        HTTPError(
            HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required"),
            detail: "The card ending \(card.lastFour) was declined.",
            fields: [HTTPError.FieldError("card", "was declined")]
        )
    }
}

package import Martlet
package import ShopModel

/// The payment service, as the order service sees it.
package struct PaymentClient: Sendable {
    /// What a charge came to.
    package enum Outcome: Sendable {
        /// The card was charged.
        case paid(id: String)
        /// The card was declined.
        case declined
        /// The key was closed before: nothing is and will be charged under it.
        case closed
    }

    private let service: Neighbour

    package init(_ service: Neighbour) {
        self.service = service
    }

    /// Charges the card for an order; harmless when it has been done before.
    ///
    /// - Throws: ``HTTPError`` with 503 when the payment service does not answer: then nobody
    ///   knows whether the card was charged.
    package func charge(
        _ record: OrderRecord,
        card: CardNumber,
        context: CallContext
    ) async throws -> Outcome {
        let charge = Charge(
            reference: record.order.id,
            amountCents: record.order.totalCents,
            card: card.digits
        )
        let response = try await service.send(
            .post,
            "/api/payments",
            headers: [
                .contentType: "application/json",
                IdempotencyKey.field: record.paymentKey,
            ],
            body: Body(try JSON.encode(charge)),
            context: context
        )
        switch response.status.code {
        case 200, 201:
            return .paid(id: try await payment(in: response).id)
        case 402:
            response.body.discard()
            return .declined
        case 409:
            response.body.discard()
            return .closed
        default:
            response.body.discard()
            throw service.unavailable(nil)
        }
    }

    /// Asks what became of a charge, and makes sure that none comes later when there was none.
    ///
    /// - Throws: ``HTTPError`` with 503 when the payment service does not answer.
    package func settle(_ record: OrderRecord, context: CallContext) async throws -> Outcome {
        let response = try await service.send(
            .post,
            "/api/payments/keys/\(record.paymentKey)/void",
            context: context
        )
        guard response.status == .ok else {
            response.body.discard()
            throw service.unavailable(nil)
        }
        let payment = try await payment(in: response)
        switch payment.status {
        case .succeeded: return .paid(id: payment.id)
        case .declined: return .declined
        case .voided: return .closed
        }
    }

    private func payment(in response: Response) async throws -> Payment {
        do {
            return try await response.json(as: Payment.self, upTo: Neighbour.answerLimit)
        } catch {
            if Task.isCancelled { throw error }
            throw service.unavailable(error)
        }
    }
}

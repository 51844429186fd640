package import Martlet
import ShopModel

/// Finishes the orders that were left pending: at start those of the process before, and from
/// time to time those whose request broke off.
///
/// The card is not stored, so nothing can be charged here. The payment service is asked what
/// became of the charge: the order is then paid or declined, or, when there was no charge, its key
/// is closed and the order cancelled.
package struct OrderSettlement: Sendable {
    /// How many orders are read at a time.
    package static let batch = 100

    private let store: OrderStore
    private let payments: PaymentClient
    private let gate: OrderGate
    private let logger: Logger

    package init(store: OrderStore, payments: PaymentClient, gate: OrderGate, logger: Logger) {
        self.store = store
        self.payments = payments
        self.gate = gate
        self.logger = logger
    }

    /// Settles again and again, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: How long to wait between two rounds.
    ///   - clock: What to wait by.
    /// - Throws: `CancellationError`.
    package func run(every interval: Duration, clock: some MonotonicClock) async throws {
        while true {
            do {
                let count = try await settleOnce()
                if count > 0 { logger.info("Settled \(count) orders that were left pending.") }
            } catch {
                try Task.checkCancellation()
                logger.warning("Cannot settle pending orders: \(error)")
            }
            try await clock.sleep(for: interval)
        }
    }

    /// Goes once through the pending orders that nobody works on.
    ///
    /// - Returns: How many were finished.
    /// - Throws: ``HTTPError`` with 503 when the payment service does not answer.
    package func settleOnce() async throws -> Int {
        var settled = 0
        var last: String?
        while true {
            let batch = try await store.pending(after: last, limit: Self.batch)
            for record in batch where gate.enter(record.idempotencyKey) {
                defer { gate.leave(record.idempotencyKey) }
                try await settle(record)
                settled += 1
            }
            guard batch.count == Self.batch else { return settled }
            last = batch.last?.order.id
        }
    }

    private func settle(_ record: OrderRecord) async throws {
        switch try await payments.settle(record, context: CallContext()) {
        case .paid(let id):
            _ = try await store.finish(record, as: .paid, paymentId: id)
        case .declined:
            _ = try await store.finish(record, as: .declined, paymentId: nil)
        case .closed:
            _ = try await store.finish(record, as: .cancelled, paymentId: nil)
        }
    }
}

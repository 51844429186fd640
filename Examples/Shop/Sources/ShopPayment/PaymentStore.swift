import GRDB
package import ShopModel

/// The payments, in SQLite: at most one for each idempotency key, for ever.
package struct PaymentStore: Sendable {
    /// What a charge came to.
    package enum Outcome: Sendable {
        /// The payment under the key, made now or before.
        case payment(Payment)
        /// The key was used for another charge.
        case otherCharge
    }

    private let pool: DatabasePool

    /// Opens the store in a file.
    package init(path: String) throws {
        pool = try ShopDatabase.open(at: path) { migrator in
            migrator.registerMigration("payments") { database in
                try database.create(table: "payment") { table in
                    table.primaryKey("id", .text)
                    table.column("idempotencyKey", .text).notNull().unique()
                    table.column("reference", .text).notNull().indexed()
                    table.column("status", .text).notNull()
                    table.column("amountCents", .integer).notNull()
                    table.column("cardLastFour", .text).notNull()
                    table.column("createdAt", .text).notNull()
                }
            }
        }
    }

    /// Charges the card, unless the key has been used: then says what came of it.
    ///
    /// Looking the key up, charging and recording are one transaction, so that of two charges with
    /// one key only one can happen.
    package func charge(
        key: String,
        reference: String,
        amountCents: Int,
        card: CardNumber,
        network: CardNetwork
    ) async throws -> Outcome {
        try await pool.write { database in
            if let payment = try Self.payment(key: key, in: database) {
                let isSame =
                    payment.status == .voided
                    || payment.reference == reference
                        && payment.amountCents == amountCents
                        && payment.cardLastFour == card.lastFour
                return isSame ? .payment(payment) : .otherCharge
            }
            let payment = Payment(
                id: Identifier.make("pay"),
                reference: reference,
                status: network.authorize(card, amountCents: amountCents) ? .succeeded : .declined,
                amountCents: amountCents,
                cardLastFour: card.lastFour,
                createdAt: Timestamp.now()
            )
            try Self.insert(payment, key: key, in: database)
            return .payment(payment)
        }
    }

    /// Closes a key: says what was paid under it, or makes sure that nothing ever will be.
    package func void(key: String) async throws -> Payment {
        try await pool.write { database in
            if let payment = try Self.payment(key: key, in: database) { return payment }
            let payment = Payment(
                id: Identifier.make("pay"),
                reference: "",
                status: .voided,
                amountCents: 0,
                cardLastFour: "",
                createdAt: Timestamp.now()
            )
            try Self.insert(payment, key: key, in: database)
            return payment
        }
    }

    /// The payment with an id.
    package func payment(_ id: String) async throws -> Payment? {
        try await pool.read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM payment WHERE id = ?", arguments: [id])
                .map(Self.payment)
        }
    }

    /// Every payment that was made for a reference.
    package func payments(reference: String) async throws -> [Payment] {
        try await pool.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM payment WHERE reference = ? ORDER BY rowid LIMIT 100",
                arguments: [reference]
            )
            .map(Self.payment)
        }
    }

    /// Whether the database answers.
    package func check() async throws {
        _ = try await pool.read { try Int.fetchOne($0, sql: "SELECT 1") }
    }

    private static func payment(key: String, in database: Database) throws -> Payment? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM payment WHERE idempotencyKey = ?",
            arguments: [key]
        )
        .map(payment)
    }

    private static func payment(_ row: Row) -> Payment {
        Payment(
            id: row["id"],
            reference: row["reference"],
            status: Payment.Status(rawValue: row["status"]) ?? .voided,
            amountCents: row["amountCents"],
            cardLastFour: row["cardLastFour"],
            createdAt: row["createdAt"]
        )
    }

    private static func insert(_ payment: Payment, key: String, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO payment
                    (id, idempotencyKey, reference, status, amountCents, cardLastFour, createdAt)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                payment.id, key, payment.reference, payment.status.rawValue, payment.amountCents,
                payment.cardLastFour, payment.createdAt,
            ]
        )
    }
}

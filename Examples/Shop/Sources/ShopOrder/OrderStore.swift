import GRDB
package import ShopModel

/// The orders, in SQLite.
package struct OrderStore: Sendable {
    private let pool: DatabasePool

    /// Opens the store in a file.
    package init(path: String) throws {
        pool = try ShopDatabase.open(at: path) { migrator in
            migrator.registerMigration("orders") { database in
                try database.execute(
                    sql: """
                        CREATE TABLE "order" (
                            number INTEGER PRIMARY KEY AUTOINCREMENT,
                            id TEXT NOT NULL UNIQUE,
                            idempotencyKey TEXT NOT NULL UNIQUE,
                            userId TEXT NOT NULL,
                            status TEXT NOT NULL,
                            attempt INTEGER NOT NULL,
                            totalCents INTEGER NOT NULL,
                            paymentId TEXT,
                            cardLastFour TEXT NOT NULL,
                            items TEXT NOT NULL,
                            createdAt TEXT NOT NULL
                        );
                        CREATE INDEX orderByUser ON "order" (userId, number);
                        CREATE INDEX orderPending ON "order" (number) WHERE status = 'pending';
                        """
                )
            }
        }
    }

    /// Stores a pending order under its key, or returns the one that is there.
    package func open(_ request: OrderRequest, key: String) async throws -> OrderRecord {
        let items = try OrderRecord.encode(request.items)
        let order = Order(
            id: Identifier.make("ord"),
            userId: request.userId,
            status: .pending,
            totalCents: request.totalCents,
            paymentId: nil,
            items: request.items,
            createdAt: Timestamp.now()
        )
        let lastFour = request.card.lastFour
        return try await pool.write { database in
            if let existing = try Self.record(key: key, in: database) { return existing }
            try database.execute(
                sql: """
                    INSERT INTO "order" (id, idempotencyKey, userId, status, attempt, totalCents,
                        cardLastFour, items, createdAt)
                    VALUES (?, ?, ?, 'pending', 1, ?, ?, ?, ?)
                    """,
                arguments: [
                    order.id, key, order.userId, order.totalCents, lastFour, items,
                    order.createdAt,
                ]
            )
            return OrderRecord(
                order: order,
                idempotencyKey: key,
                attempt: 1,
                cardLastFour: lastFour
            )
        }
    }

    /// Opens a cancelled order again, under a payment key of its own.
    package func reopen(_ record: OrderRecord) async throws -> OrderRecord? {
        try await pool.write { database in
            try database.execute(
                sql: """
                    UPDATE "order" SET status = 'pending', attempt = attempt + 1
                    WHERE id = ? AND status = 'cancelled' AND attempt = ?
                    """,
                arguments: [record.order.id, record.attempt]
            )
            return try Self.record(id: record.order.id, in: database)
        }
    }

    /// Writes down how a pending order ended; an order that has ended stays as it is.
    ///
    /// - Returns: The order as it is now.
    package func finish(
        _ record: OrderRecord,
        as status: Order.Status,
        paymentId: String?
    ) async throws -> OrderRecord? {
        try await pool.write { database in
            try database.execute(
                sql: """
                    UPDATE "order" SET status = ?, paymentId = ?
                    WHERE id = ? AND status = 'pending' AND attempt = ?
                    """,
                arguments: [status.rawValue, paymentId, record.order.id, record.attempt]
            )
            return try Self.record(id: record.order.id, in: database)
        }
    }

    /// Whether the database answers.
    package func check() async throws {
        _ = try await pool.read { try Int.fetchOne($0, sql: "SELECT 1") }
    }
}

// MARK: - Reading

extension OrderStore {
    /// The order under a key.
    package func record(key: String) async throws -> OrderRecord? {
        try await pool.read { try Self.record(key: key, in: $0) }
    }

    /// The order with an id.
    package func record(id: String) async throws -> OrderRecord? {
        try await pool.read { try Self.record(id: id, in: $0) }
    }

    /// The oldest orders of which nobody knows yet whether they are paid.
    package func pending(after id: String?, limit: Int) async throws -> [OrderRecord] {
        try await pool.read { database in
            try OrderRecord.fetchAll(
                database,
                sql: """
                    SELECT * FROM "order" WHERE status = 'pending'
                    AND number > coalesce((SELECT number FROM "order" WHERE id = ?), 0)
                    ORDER BY number LIMIT ?
                    """,
                arguments: [id, limit]
            )
        }
    }

    /// A user's orders, oldest first, from after the order with the id `after`.
    package func page(userId: String, after: String?, limit: Int) async throws -> OrderPage {
        let records = try await pool.read { database in
            try OrderRecord.fetchAll(
                database,
                sql: """
                    SELECT * FROM "order" WHERE userId = ?
                    AND number > coalesce((SELECT number FROM "order" WHERE id = ?), 0)
                    ORDER BY number LIMIT ?
                    """,
                arguments: [userId, after, limit + 1]
            )
        }
        let orders = records.prefix(limit).map(\.order)
        return OrderPage(orders: orders, next: records.count > limit ? orders.last?.id : nil)
    }

    private static func record(key: String, in database: Database) throws -> OrderRecord? {
        try OrderRecord.fetchOne(
            database,
            sql: #"SELECT * FROM "order" WHERE idempotencyKey = ?"#,
            arguments: [key]
        )
    }

    private static func record(id: String, in database: Database) throws -> OrderRecord? {
        try OrderRecord.fetchOne(
            database,
            sql: #"SELECT * FROM "order" WHERE id = ?"#,
            arguments: [id]
        )
    }
}

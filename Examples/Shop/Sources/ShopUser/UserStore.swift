import GRDB
package import ShopModel

/// The users, in SQLite.
package struct UserStore: Sendable {
    private let pool: DatabasePool

    /// Opens the store in a file.
    package init(path: String) throws {
        pool = try ShopDatabase.open(at: path) { migrator in
            migrator.registerMigration("users") { database in
                try database.create(table: "user") { table in
                    table.primaryKey("id", .text)
                    table.column("name", .text).notNull()
                    table.column("email", .text).notNull().unique().collate(.nocase)
                    table.column("createdAt", .text).notNull()
                }
            }
        }
    }

    /// Stores a user; false when the e-mail address is taken, in whatever case.
    package func insert(_ user: User) async throws -> Bool {
        try await pool.write { database in
            try database.execute(
                sql: """
                    INSERT INTO user (id, name, email, createdAt) VALUES (?, ?, ?, ?)
                    ON CONFLICT (email) DO NOTHING
                    """,
                arguments: [user.id, user.name, user.email, user.createdAt]
            )
            return database.changesCount == 1
        }
    }

    /// The user with an id.
    package func user(_ id: String) async throws -> User? {
        try await pool.read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM user WHERE id = ?", arguments: [id])
                .map { row in
                    User(
                        id: row["id"],
                        name: row["name"],
                        email: row["email"],
                        createdAt: row["createdAt"]
                    )
                }
        }
    }

    /// Whether the database answers.
    package func check() async throws {
        _ = try await pool.read { try Int.fetchOne($0, sql: "SELECT 1") }
    }
}

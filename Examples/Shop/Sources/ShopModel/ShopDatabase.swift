import Foundation
package import GRDB

/// A service's own SQLite file.
package enum ShopDatabase {
    /// Opens the file, makes it when there is none, and brings its tables up to date.
    ///
    /// Readers do not wait for the writer (WAL). A commit returns only when its bytes are on the
    /// disk (`synchronous=FULL`), so what has been acknowledged survives `kill -9` and a power
    /// failure.
    package static func open(
        at path: String,
        _ migrations: (inout DatabaseMigrator) -> Void
    ) throws -> DatabasePool {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        var migrator = DatabaseMigrator()
        migrations(&migrator)
        try migrator.migrate(pool)
        return pool
    }
}

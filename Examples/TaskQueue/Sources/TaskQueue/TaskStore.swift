import GRDB

/// The queue, in an SQLite file that any number of processes may share.
///
/// Each method is one transaction, and a commit returns only when its bytes are on the disk: what
/// has been acknowledged survives `kill -9` and a power failure. Time is a parameter.
struct TaskStore: Sendable {
    /// The most bytes of a payload.
    static let payloadLimit = 64 * 1024
    /// How often a task is tried.
    static let attemptLimit = 5

    /// A key was used for another task.
    struct KeyConflict: Error {}

    private let pool: DatabasePool

    /// Opens the file, and makes it when there is none.
    init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("tasks") { database in
            try database.execute(
                sql: """
                    CREATE TABLE task (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        key TEXT UNIQUE,
                        kind TEXT NOT NULL,
                        payload TEXT NOT NULL,
                        state TEXT NOT NULL DEFAULT 'waiting',
                        attempts INTEGER NOT NULL DEFAULT 0,
                        attemptLimit INTEGER NOT NULL,
                        dueAt INTEGER NOT NULL,
                        lastError TEXT
                    );
                    CREATE INDEX taskDue ON task (dueAt) WHERE state IN ('waiting', 'running');
                    """
            )
        }
        try migrator.migrate(pool)
    }

    /// Adds a task; one that has been added under the same key before is returned instead.
    ///
    /// - Parameters:
    ///   - kind: What kind of work it is.
    ///   - payload: What the work needs to know.
    ///   - key: A name for this wish, so that whoever gets no answer may ask again.
    ///   - due: When it may be done.
    ///   - attemptLimit: How often it is tried.
    /// - Returns: The task, which is on the disk.
    /// - Throws: ``KeyConflict``; what the database throws.
    func add(
        _ kind: String,
        _ payload: String,
        key: String? = nil,
        due: WallTime = .now(),
        attemptLimit: Int = attemptLimit
    ) async throws -> QueuedTask {
        try await pool.write { database in
            let existing = try QueuedTask.fetchOne(
                database,
                sql: "SELECT * FROM task WHERE key = ?",
                arguments: [key]
            )
            if let existing {
                guard existing.kind == kind, existing.payload == payload else {
                    throw KeyConflict()
                }
                return existing
            }
            let added = try QueuedTask.fetchOne(
                database,
                sql: """
                    INSERT INTO task (kind, payload, key, dueAt, attemptLimit)
                    VALUES (?, ?, ?, ?, ?) RETURNING *
                    """,
                arguments: [kind, payload, key, due, attemptLimit]
            )
            guard let added else { throw DatabaseError(message: "What was added is not there.") }
            return added
        }
    }

    // MARK: What workers do

    /// Takes the task that has been due for longest: nobody else gets it while the lease lasts.
    ///
    /// Whoever wants to keep it for longer extends the lease. A lease that has ended belongs to a
    /// worker that is gone, so its task is taken again, or is dead after its last attempt.
    func take(at now: WallTime, lease: Duration) async throws -> QueuedTask? {
        try await pool.write { database in
            try database.execute(
                sql: """
                    UPDATE task SET state = 'dead', lastError = 'Its worker was lost.'
                    WHERE state = 'running' AND dueAt <= ? AND attempts >= attemptLimit
                    """,
                arguments: [now]
            )
            return try QueuedTask.fetchOne(
                database,
                sql: """
                    UPDATE task SET state = 'running', attempts = attempts + 1, dueAt = ?
                    WHERE id = (
                        SELECT id FROM task WHERE state IN ('waiting', 'running') AND dueAt <= ?
                        ORDER BY dueAt, id LIMIT 1
                    )
                    RETURNING *
                    """,
                arguments: [now + lease, now]
            )
        }
    }

    /// Lengthens a lease; false when it has been lost.
    func extend(_ task: QueuedTask, to end: WallTime) async throws -> Bool {
        try await update(task, "dueAt = ?", [end])
    }

    /// Notes that a task is done; false when its lease has been lost.
    func finish(_ task: QueuedTask) async throws -> Bool {
        try await update(task, "state = 'done', lastError = NULL", [])
    }

    /// Notes that a task has failed: it waits for its next attempt, or is dead after its last.
    func fail(_ task: QueuedTask, _ reason: String, retryAt: WallTime) async throws -> Bool {
        let state: QueuedTask.State = task.attempts < task.attemptLimit ? .waiting : .dead
        return try await update(
            task,
            "state = ?, lastError = ?, dueAt = ?",
            [state.rawValue, reason, retryAt]
        )
    }

    /// Changes a task whose lease is held: the number of the attempt says whose lease it is.
    private func update(
        _ task: QueuedTask,
        _ change: String,
        _ arguments: StatementArguments
    ) async throws -> Bool {
        try await pool.write { database in
            try database.execute(
                sql:
                    "UPDATE task SET \(change) WHERE id = ? AND attempts = ? AND state = 'running'",
                arguments: arguments + [task.id, task.attempts]
            )
            return database.changesCount == 1
        }
    }

    /// Whether nothing waits and nothing runs.
    func isFinished() async throws -> Bool {
        try await pool.read { database in
            try QueuedTask.fetchOne(
                database,
                sql: "SELECT * FROM task WHERE state IN ('waiting', 'running') LIMIT 1"
            ) == nil
        }
    }

    // MARK: What people do

    /// The task with a number.
    func task(_ id: Int64) async throws -> QueuedTask? {
        try await pool.read { database in
            try QueuedTask.fetchOne(
                database,
                sql: "SELECT * FROM task WHERE id = ?",
                arguments: [id]
            )
        }
    }

    /// The oldest tasks in a state.
    func tasks(_ state: QueuedTask.State, limit: Int = 100) async throws -> [QueuedTask] {
        try await pool.read { database in
            try QueuedTask.fetchAll(
                database,
                sql: "SELECT * FROM task WHERE state = ? ORDER BY id LIMIT ?",
                arguments: [state.rawValue, limit]
            )
        }
    }

    /// Gives a dead task as many attempts again; nil when there is no such task.
    func revive(_ id: Int64, at now: WallTime = .now()) async throws -> QueuedTask? {
        try await pool.write { database in
            try QueuedTask.fetchOne(
                database,
                sql: """
                    UPDATE task SET state = 'waiting', dueAt = ?, attemptLimit = attempts + ?
                    WHERE id = ? AND state = 'dead' RETURNING *
                    """,
                arguments: [now, Self.attemptLimit, id]
            )
        }
    }
}

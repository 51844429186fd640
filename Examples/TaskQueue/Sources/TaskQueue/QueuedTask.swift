import GRDB

/// Something to do, as the queue keeps it.
struct QueuedTask: Codable, Equatable, Sendable, FetchableRecord {
    /// Where a task is in its life.
    enum State: String, Codable, Sendable {
        /// Waits until it is due.
        case waiting
        /// A worker has it, for as long as its lease lasts.
        case running
        /// It was done, and will not be done again.
        case done
        /// It failed too often; somebody must look at it.
        case dead
    }

    let id: Int64
    /// What kind of work it is.
    let kind: String
    /// What the work needs to know.
    let payload: String
    let state: State
    /// How often a worker has taken it.
    let attempts: Int
    /// How often one may.
    let attemptLimit: Int
    /// When a waiting task may be taken; when the lease of a running one ends.
    let dueAt: WallTime
    /// Why it failed the last time.
    let lastError: String?
}

import MartletCore

/// Somebody in the room, and what they have not read yet.
final class Member: Sendable {
    let id: Int
    /// The lines that are on their way; when it is full, its reader is too slow.
    let lines: BoundedChannel<String>
    private let dismissal = BoundedChannel<Never>(capacity: 0)

    init(id: Int, queueLimit: Int) {
        self.id = id
        lines = BoundedChannel(capacity: queueLimit)
    }

    /// Ends their visit, whatever they are doing.
    func dismiss() { dismissal.close() }

    /// Waits until somebody ends their visit.
    func waitUntilDismissed() async throws { _ = try await dismissal.receive() }
}

/// The event loops of a process: one a core.
///
/// Servers and clients that share them never change thread between a request and the calls it
/// makes.
public final class EventLoops: Sendable {
    /// The loops that everything uses unless it is told otherwise; never shut down.
    public static let shared = EventLoops()

    /// Starts `count` event loops.
    public init(count: Int? = nil) {}
}

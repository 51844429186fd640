import Martlet
import Synchronization

/// What can happen on the way to another service.
enum Mishap: Sendable {
    /// The request does not arrive.
    case requestLost
    /// The request arrives and is acted upon, but its answer does not come back.
    case answerLost
}

/// The network, which fails when it is told to.
final class Network: Handler {
    struct Down: Error {}

    private let far: any Handler<Request, Response>
    private let next: Mutex<Mishap?>
    private let passed = Mutex(0)

    init(_ mishap: Mishap?, to far: any Handler<Request, Response>) {
        next = Mutex(mishap)
        self.far = far
    }

    /// How many requests have arrived.
    var arrivals: Int { passed.withLock { $0 } }

    /// Lets the next request fail, or none when nil.
    func fail(_ mishap: Mishap?) {
        next.withLock { $0 = mishap }
    }

    func handle(_ request: Request, context: CallContext) async throws -> Response {
        let mishap = next.withLock { next in
            defer { next = nil }
            return next
        }
        if mishap == .requestLost { throw Down() }
        passed.withLock { $0 += 1 }
        let response = try await far.handle(request, context: context)
        if mishap == .answerLost { throw Down() }
        return response
    }
}

import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Synchronization
import Testing

/// Remembers the last label.
private final class LabelRecorder: CallScope {
    private let last = Mutex(WorkLabel.unknown)

    var label: WorkLabel { last.withLock { $0 } }

    func setLabel(_ label: WorkLabel) {
        last.withLock { $0 = label }
    }

    func cancelCall(at instant: ContinuousClock.Instant) {}
}

@Suite("Router's labels")
struct RouterLabelTests {
    @Test("the call is labelled with its route before the route's handler runs")
    func label() async throws {
        let scope = LabelRecorder()
        var router = Router()
        router.get("/users/{id}") { _, _ in scope.label.name }
        var context = CallContext()
        context.scope = scope
        let request = Request(.head, "/users/7")
        let response = try await router.compile().handle(request, context: context)
        #expect(response.body.whole.map { String(buffer: $0) } == "GET /users/{id}")
        await #expect(throws: HTTPError.self) {
            try await router.compile().handle(Request(.get, "/none"), context: context)
        }
        #expect(scope.label == .unknown)
    }
}

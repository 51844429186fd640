import MartletCore
import MartletHTTP
import MartletSupervisor
import NIOCore

/// A console whose services do not run.
struct Consoles {
    let supervisor: Supervisor
    let handler: CompiledRouter

    init(_ yaml: String = "services: {user: {command: user}, order: {command: order}}") throws {
        let plan = try LaunchPlan(Definitions.read(yaml), environment: [:], isFree: { _ in true })
        let client = HTTPClient()
        supervisor = Supervisor(
            plan,
            executable: "/no/such/martlet",
            journal: Journal(),
            client: client
        )
        handler = try Console(supervisor, client: client).handler()
    }

    func answer(_ request: Request) async throws -> Response {
        try await handler.handle(request, context: CallContext())
    }

    func text(_ request: Request) async throws -> String {
        String(buffer: try await answer(request).body.collect(upTo: 1 << 20))
    }
}

/// What the console's page is told, as JSON.
enum ConsoleMessages {
    /// The state of all services.
    struct Status: Encodable, Sendable {
        var services: [Service]
        /// What to show beside the services; nil for nothing.
        var extra: String?

        init(_ supervisor: Supervisor, at now: ContinuousClock.Instant = .now) {
            services = supervisor.services.map { Service($0, at: now) }
            extra = supervisor.consoleExtra?.rawValue
        }
    }

    /// The state of one service.
    struct Service: Encodable, Sendable {
        var name: String
        var state: String
        var pid: Int32?
        var port: Int
        var restarts: Int
        var uptimeSeconds: Int64?
        var requests: Int?
        var lastError: String?
        var dependsOn: [String]
        var speaksHTTP: Bool

        init(_ snapshot: ServiceSnapshot, at now: ContinuousClock.Instant) {
            name = snapshot.name
            state = snapshot.state.rawValue
            pid = snapshot.processID
            port = snapshot.port
            restarts = snapshot.restarts
            uptimeSeconds = snapshot.startedAt.map { (now - $0).components.seconds }
            requests = snapshot.requests
            lastError = snapshot.lastError
            dependsOn = snapshot.dependencies
            speaksHTTP = snapshot.speaksHTTP
        }
    }

    /// One line of a service.
    struct Line: Encodable, Sendable {
        var sequence: UInt64
        var time: Int64
        var service: String
        var origin: String
        var text: String

        init(_ line: JournalLine) {
            sequence = line.sequence
            time = line.time
            service = line.service
            origin = line.origin.rawValue
            text = line.text
        }
    }

    /// Lines that were dropped because the page did not keep up.
    struct Gap: Encodable, Sendable {
        var lines: UInt64
    }
}

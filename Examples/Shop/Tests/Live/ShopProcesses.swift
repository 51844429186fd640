import Glibc
import Martlet
import MartletSupervisor
import Synchronization
import TestSupport

/// The shop as three processes of the built programs.
final class ShopProcesses: Sendable {
    /// One of the programs.
    enum Member: String, CaseIterable, Sendable {
        case user, payment, order
    }

    struct NotReady: Error {
        let member: Member
    }

    private let folder: String
    private let ports: [Member: Int]
    private let client = HTTPClient()
    private let scratch: Scratch
    private let running = Mutex<[Member: RunningProgram]>([:])

    private init(_ folder: String) throws {
        self.folder = folder
        scratch = try Scratch()
        var picker = PortPicker(taken: [])
        var ports: [Member: Int] = [:]
        for member in Member.allCases {
            guard let port = picker.pick() else { throw NotReady(member: member) }
            ports[member] = port
        }
        self.ports = ports
    }

    /// Starts the programs with their files in a folder, and ends them when `body` has returned.
    static func with(
        _ folder: String,
        _ body: (ShopProcesses) async throws -> Void
    ) async throws {
        let shop = try ShopProcesses(folder)
        defer {
            for member in Member.allCases { shop.signal(member, SIGKILL) }
        }
        for member in Member.allCases { try await shop.start(member) }
        try await body(shop)
    }

    /// Starts a program and waits until it is ready.
    func start(_ member: Member) async throws {
        let program = try RunningProgram(
            [Programs.built("shop-\(member.rawValue)")],
            in: scratch,
            environment: environment(of: member)
        )
        running.withLock { $0[member] = program }
        for _ in 0..<400 {
            let ready = Request(.get, address(of: member) + "/health/ready")
            if let answer = try? await client.send(ready), answer.status == .ok { return }
            try await ContinuousClock().sleep(for: .milliseconds(25))
        }
        throw NotReady(member: member)
    }

    /// Sends a signal to a program.
    func signal(_ member: Member, _ number: Int32) {
        running.withLock { $0[member] }?.send(number)
    }

    /// Waits until a program has ended; the test's time limit bounds it.
    ///
    /// - Returns: Its status, as `RunningProgram` has it; nil when it was never started.
    func end(of member: Member) async throws -> Int32? {
        try await running.withLock { $0[member] }?.waitForEnd()
    }

    private func address(of member: Member) -> String {
        "http://127.0.0.1:\(ports[member] ?? 0)"
    }

    private func environment(of member: Member) -> [String: String] {
        [
            "PORT": "\(ports[member] ?? 0)",
            "USER_URL": address(of: .user),
            "PAYMENT_URL": address(of: .payment),
            "DATABASE_PATH": "\(folder)/\(member.rawValue).sqlite",
            "SETTLEMENT_INTERVAL": "200ms",
            "LOG_LEVEL": "critical",
        ]
    }
}

extension ShopProcesses: Shop {
    func send(_ request: Request) async throws -> Response {
        let member: Member =
            if request.target.hasPrefix("/api/users") {
                .user
            } else if request.target.hasPrefix("/api/payments") {
                .payment
            } else {
                .order
            }
        var request = request
        request.scheme = "http"
        request.authority = "127.0.0.1:\(ports[member] ?? 0)"
        return try await client.send(request)
    }
}

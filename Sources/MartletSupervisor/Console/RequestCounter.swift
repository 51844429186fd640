import HTTPTypes
import MartletCore
package import MartletHTTP
import ServiceLifecycle

/// Asks services how many requests they have served, while somebody looks at the console.
///
/// A Martlet service with the health path `/health/ready` answers `GET /health/stats` with
/// `{"requests": N}`, the gateway `GET /-/stats`. A process that answers anything else is not asked
/// again.
package struct RequestCounter: Service {
    /// How often to ask.
    package static let interval = Duration.seconds(2)
    /// How long an answer may take.
    package static let timeout = Duration.seconds(1)
    /// How long an answer may be.
    package static let maximumAnswerBytes = 64 * 1024

    private struct Stats: Decodable, Sendable {
        var requests: Int
    }

    private let supervisor: Supervisor
    private let client: HTTPClient

    /// Makes a counter that asks with `client`.
    package init(_ supervisor: Supervisor, client: HTTPClient) {
        self.supervisor = supervisor
        self.client = client
    }

    /// Asks until a graceful shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var silent: Set<Int32> = []
            while !Task.isCancelled {
                try? await ContinuousClock().sleep(for: Self.interval)
                guard supervisor.journal.followerCount > 0 else { continue }
                for service in supervisor.services
                where service.state == .healthy {
                    guard let path = service.statsPath, let process = service.processID,
                        !silent.contains(process)
                    else { continue }
                    switch await ask(service.port, path) {
                    case .count(let count): supervisor.note(requests: count, of: process)
                    case .unknown: silent.insert(process)
                    case .none: break
                    }
                }
                silent.formIntersection(supervisor.services.compactMap(\.processID))
            }
        }
    }

    /// The path beside a health path that says how many requests were served.
    package static func statsPath(besideHealth path: String) -> String {
        let plain = path.prefix { $0 != "?" }
        return plain.prefix(through: plain.lastIndex(of: "/") ?? plain.startIndex) + "stats"
    }

    /// What a service says of its requests.
    private enum Answer {
        case count(Int)
        /// It does not count them, and need not be asked again.
        case unknown
        /// It did not answer this time.
        case none
    }

    private func ask(_ port: Int, _ path: String) async -> Answer {
        let deadline = ContinuousClock.now.advanced(by: Self.timeout)
        let url = Template.value(of: .url, port: port) + path
        do {
            let response = try await client.handle(
                Request(.get, url),
                context: CallContext(deadline: deadline)
            )
            guard response.status == .ok else {
                response.body.discard()
                return response.status.code < 500 ? .unknown : .none
            }
            let body = try await response.body.collect(upTo: Self.maximumAnswerBytes)
            let stats = try? JSON.decode(Stats.self, from: body)
            return stats.map { .count($0.requests) } ?? .unknown
        } catch {
            return .none
        }
    }
}

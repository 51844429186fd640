import Logging
import MartletHTTP
import MartletTransport
import ServiceLifecycle

/// Says where the service listens, once it does.
struct Announcement: ServiceLifecycle.Service {
    let server: HTTPServer
    let logger: Logger
    let isSecure: Bool
    let onListening: (@Sendable ([BindAddress]) async throws -> Void)?

    func run() async throws {
        // The error that keeps the server from listening is the server's own to throw.
        if let addresses = try? await server.boundAddresses() {
            let scheme = isSecure ? "https" : "http"
            for address in addresses {
                logger.notice("Listening on \(address.port == nil ? "" : "\(scheme)://")\(address)")
            }
            try await onListening?(addresses)
        }
        try? await gracefulShutdown()
    }
}

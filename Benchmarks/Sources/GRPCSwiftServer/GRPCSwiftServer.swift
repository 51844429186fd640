import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// `example.UserService` with grpc-swift-2 and its transport of NIO, with their default settings.
///
/// The one argument is the port on the loopback address.
@main
struct GRPCSwiftServer {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            throw UsageError()
        }
        let server = GRPCServer(
            transport: .http2NIOPosix(
                address: .ipv4(host: "127.0.0.1", port: port),
                transportSecurity: .plaintext
            ),
            services: [Users()]
        )
        try await server.serve()
    }

    private struct UsageError: Error, CustomStringConvertible {
        let description = "usage: grpc-swift-server PORT"
    }
}

import ArgumentParser
import MartletTransport

/// Sends back what it is sent, over TCP.
struct BenchTCP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tcp",
        abstract: "Echo every byte of every connection."
    )

    @Option(help: "The TCP port to listen on; 0 takes a free one.")
    var port = 7007

    @Option(help: "The number of event loops; one a core unless given.")
    var threads: Int?

    func run() async throws {
        let loops = threads.map { EventLoops(count: $0) } ?? .shared
        var configuration = TCPServer.Configuration(addresses: [.tcp("127.0.0.1", port: port)])
        configuration.maximumConnections = 20_000
        let server = TCPServer(configuration, loops: loops) { stream in
            for try await bytes in stream.inbound {
                try await stream.write(bytes)
            }
        }
        try await server.run()
    }
}

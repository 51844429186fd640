import ArgumentParser
import MartletTransport

/// Sends back what it is sent, over UDP.
struct BenchUDP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "udp",
        abstract: "Echo every datagram."
    )

    @Option(help: "The UDP port to listen on; 0 takes a free one.")
    var port = 7007

    @Option(help: "The number of event loops; one a core unless given.")
    var threads: Int?

    func run() async throws {
        let loops = threads.map { EventLoops(count: $0) } ?? .shared
        let server = UDPServer(.init(port: port), loops: loops) { socket in
            for try await datagram in socket.inbound {
                try await socket.send(datagram.payload, to: datagram.peer)
            }
        }
        try await server.run()
    }
}

import ArgumentParser
import MartletGateway
import MartletHTTP
import MartletTransport

/// The gateway with one route and no policy.
struct BenchProxy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Send every request on to one upstream."
    )

    @Option(help: "The TCP port to listen on; 0 takes a free one.")
    var port = 8080

    @Option(help: "The upstream, as HOST:PORT.")
    var upstream: String

    @Option(help: "The number of event loops; one a core unless given.")
    var threads: Int?

    func run() async throws {
        let loops = threads.map { EventLoops(count: $0) } ?? .shared
        let client = HTTPClient(Gateway<HTTPClient>.clientConfiguration(), loops: loops)
        let gateway = try Gateway(upstream: upstream, client: client)
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: port)])
        configuration.limits.connections = 20_000
        try await HTTPServer(configuration, loops: loops, handler: gateway).run()
    }
}

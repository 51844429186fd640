import ArgumentParser
import Logging
import MartletTransport
import ServiceLifecycle
import UnixSignals

/// The program: `echo serve`, `echo tcp` and `echo udp`.
@main
struct EchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "Sends back what it is sent, or asks somebody who does.",
        subcommands: [Serve.self, TCP.self, UDP.self]
    )

    /// Where the server is.
    struct Place: ParsableArguments {
        @Option(help: "The address of the server.")
        var host = "127.0.0.1"

        @Option(help: "The port, of TCP and of UDP.")
        var port = 7007
    }

    /// `echo serve`.
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Echo until Ctrl-C.")

        @OptionGroup var place: Place

        func run() async throws {
            let server = EchoServer(host: place.host, port: place.port)
            let group = ServiceGroup(
                services: [server.overTCP(), server.overUDP()],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: server.logger
            )
            print("Echoing on \(place.host):\(place.port), over TCP and UDP.")
            try await group.run()
        }
    }

    /// `echo tcp`.
    struct TCP: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send a text over a connection.")

        @OptionGroup var place: Place

        @Argument(help: "What to send.")
        var text: String

        func run() async throws {
            print(try await EchoClient(host: place.host, port: place.port).overTCP(text))
        }
    }

    /// `echo udp`.
    struct UDP: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send a text in a datagram.")

        @OptionGroup var place: Place

        @Argument(help: "What to send.")
        var text: String

        func run() async throws {
            print(try await EchoClient(host: place.host, port: place.port).overUDP(text))
        }
    }
}

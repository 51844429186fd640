import ArgumentParser
import Logging
import MartletTransport
import ServiceLifecycle
import UnixSignals

/// The program: `time-service serve` and `time-service ask`.
@main
struct TimeServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time-service",
        abstract: "Tells the time over SNTP, or asks for it.",
        subcommands: [Serve.self, Ask.self]
    )

    /// Where the server is.
    struct Place: ParsableArguments {
        @Option(help: "The address of the server.")
        var host = "127.0.0.1"

        @Option(help: "The port; that of NTP is 123, which only the system may listen on.")
        var port = 1230
    }

    /// `time-service serve`.
    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tell the time until Ctrl-C.")

        @OptionGroup var place: Place

        func run() async throws {
            let group = ServiceGroup(
                services: [TimeServer().udpServer(host: place.host, port: place.port)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "time-service")
            )
            print("Telling the time on \(place.host):\(place.port).")
            try await group.run()
        }
    }

    /// `time-service ask`.
    struct Ask: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how far the server's clock is ahead of this machine's."
        )

        @OptionGroup var place: Place

        @Option(help: "How often to ask.")
        var samples = 4

        func validate() throws {
            guard samples > 0 else { throw ValidationError("Ask once at least.") }
        }

        func run() async throws {
            let client = TimeClient(host: place.host, port: place.port, samples: samples)
            let sample = try await client.sample()
            print("offset \(sample.offset.inMilliseconds), delay \(sample.delay.inMilliseconds)")
        }
    }
}

extension Duration {
    /// As text, to the microsecond: `-12.345 ms`.
    fileprivate var inMilliseconds: String {
        "\((self / .microseconds(1)).rounded() / 1000) ms"
    }
}

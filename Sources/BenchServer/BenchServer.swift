import ArgumentParser

/// One small server a protocol, for whoever wants to measure Martlet.
@main
struct BenchServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-server",
        abstract: "One small server a protocol, for measuring Martlet.",
        subcommands: [
            BenchHTTP.self, BenchGRPC.self, BenchGRPCClient.self, BenchProxy.self, BenchTCP.self,
            BenchUDP.self, BenchPool.self,
        ]
    )
}

import ArgumentParser
import MartletHTTP
import MartletRPC
import MartletTransport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Calls `example.UserService/GetUser` of a server again and again, and prints what a call cost.
struct BenchGRPCClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grpc-client",
        abstract: "Call GetUser of a gRPC server, and print the cost of a call as JSON."
    )

    @Argument(help: "The server's port on this machine.")
    var port: Int

    @Argument(help: "The number of clients, each with a connection.")
    var connections: Int

    @Argument(help: "The calls under way on each.")
    var streams: Int

    @Argument(help: "How long to call, in seconds.")
    var seconds: Int

    func run() async throws {
        let loops = EventLoops.shared.loops
        let transports = (0..<connections).map { _ in HTTPClient(.rpc) }
        let clients = transports.map { RPCClient($0, at: "http://127.0.0.1:\(port)") }
        // As a service's calls are: made by tasks that live on a loop.
        for (index, client) in clients.enumerated() {
            try await withTaskExecutorPreference(loops[index % loops.count]) {
                try await Self.call(client)
            }
        }
        let before = Self.usage()
        let started = ContinuousClock.now
        let until = started.advanced(by: .seconds(seconds))
        var latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for (index, client) in clients.enumerated() {
                for _ in 0..<streams {
                    group.addTask(executorPreference: loops[index % loops.count]) {
                        try await Self.call(client, until: until)
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = ContinuousClock.now - started
        let after = Self.usage()
        for transport in transports { transport.shutdown() }
        latencies.sort()
        let p50 = latencies[(latencies.count - 1) / 2] / .microseconds(1)
        let p99 = latencies[(latencies.count - 1) * 99 / 100] / .microseconds(1)
        print(
            """
            {"messages": \(latencies.count), "seconds": \(elapsed / .seconds(1)), \
            "p50_us": \(p50), "p99_us": \(p99), "errors": 0, \
            "user_us": \(after.user - before.user), "system_us": \(after.system - before.system)}
            """
        )
    }

    private static func call(
        _ client: RPCClient,
        until: ContinuousClock.Instant
    ) async throws -> [Duration] {
        var latencies: [Duration] = []
        while true {
            let asked = ContinuousClock.now
            guard asked < until else { return latencies }
            try await call(client)
            latencies.append(ContinuousClock.now - asked)
        }
    }

    private static func call(_ client: RPCClient) async throws {
        var request = Example_UserRequest()
        request.userID = "42"
        let answer: RPCAnswer<Example_UserResponse> = try await client.unary(
            "example.UserService/GetUser",
            request
        )
        guard answer.message.name == "user-42", answer.message.age == 30 else {
            throw RPCError(.internal, "The server answered wrongly.")
        }
    }

    /// `RUSAGE_SELF`, which C libraries give different types.
    private static let thisProcess: Int32 = 0

    /// User and system time of the process, in microseconds.
    private static func usage() -> (user: Int, system: Int) {
        var usage = rusage()
        getrusage(thisProcess, &usage)
        return (microseconds(usage.ru_utime), microseconds(usage.ru_stime))
    }

    private static func microseconds(_ time: timeval) -> Int {
        time.tv_sec * 1_000_000 + Int(time.tv_usec)
    }
}

import ArgumentParser
import MartletHTTP
import MartletRPC
import MartletTransport

/// Serves `example.UserService` of `Benchmarks/Protocols/user.proto` over gRPC.
struct BenchGRPC: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grpc",
        abstract: "Serve example.UserService: GetUser, GetPerson and Echo."
    )

    @Option(help: "The TCP port to listen on; 0 takes a free one.")
    var port = 8080

    @Option(help: "The number of event loops; one a core unless given.")
    var threads: Int?

    @Flag(help: "Answer from methods that may suspend: every call has a task.")
    var tasks = false

    func run() async throws {
        let loops = threads.map { EventLoops(count: $0) } ?? .shared
        var configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: port)])
        configuration.limits.connections = 20_000
        let handler = RPCHandler(methods())
        try await HTTPServer(configuration, loops: loops, handler: handler).run()
    }

    private func methods() -> RPCMethods {
        var methods = RPCMethods()
        if tasks {
            let user: @Sendable (Example_UserRequest, RPCCall) async throws -> Example_UserResponse
            user = { request, _ in Self.user(request) }
            methods.unary("example.UserService/GetUser", user)
        } else {
            methods.unary("example.UserService/GetUser") { (request: Example_UserRequest, _) in
                Self.user(request)
            }
        }
        methods.unary("example.UserService/GetPerson") { (_: Example_UserRequest, _) in
            Example_Person(.ada)
        }
        methods.bidirectional("example.UserService/Echo") {
            (messages: RPCMessages<Example_UserRequest>, _) in
            RPCStream(messages)
        }
        return methods
    }

    private static func user(_ request: Example_UserRequest) -> Example_UserResponse {
        var response = Example_UserResponse()
        response.name = "user-" + request.userID
        response.age = 30
        return response
    }
}

extension Example_Person {
    /// The object that `GET /json` answers.
    init(_ person: Person) {
        self.init()
        id = Int32(person.id)
        name = person.name
        email = person.email
        active = person.active
        age = Int32(person.age)
        score = person.score
        tags = person.tags
        city = person.city
        country = person.country
        createdAt = person.createdAt
    }
}

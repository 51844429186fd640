import HTTPTypes
import MartletCore
import MartletHTTP
import MartletRPC
import NIOCore
import SwiftProtobuf
import Testing
import UserAPI

/// The service of the guide.
struct Users: Example_UserServiceMethods {
    func getUser(
        _ request: Example_UserRequest,
        call: RPCCall
    ) async throws -> Example_UserResponse {
        guard !request.userID.isEmpty else {
            throw RPCError(.invalidArgument, "A user has an ID.")
        }
        return .with { user in
            user.name = "user-\(request.userID)"
            user.age = 30
        }
    }

    func echo(
        _ requests: RPCMessages<Example_UserRequest>,
        call: RPCCall
    ) async throws -> RPCStream<Example_UserRequest> {
        RPCStream(requests)
    }
}

@Suite("The guide to defined services", .timeLimit(.minutes(1)))
struct DefinedServiceGuideTests {
    private func handler() -> RPCHandler {
        var methods = RPCMethods()
        methods.register(Users())

        let health = RPCHealth()
        health.set(.serving, for: "example.UserService")
        methods.register(health)
        methods.registerReflection()
        return RPCHandler(methods)
    }

    @Test("a defined service is called through its client, in memory")
    func unary() async throws {
        let handler = handler()
        let transport = InMemoryTransport(handler)
        let users = Example_UserServiceClient(RPCClient(transport, at: "http://test"))
        let user = try await users.getUser(.with { $0.userID = "42" })
        #expect(user.name == "user-42")
        let error = await #expect(throws: RPCError.self) {
            try await users.getUser(Example_UserRequest())
        }
        #expect(error?.status.code == .invalidArgument)
    }

    @Test("messages stream both ways")
    func streams() async throws {
        let users = Example_UserServiceClient(
            RPCClient(InMemoryTransport(handler()), at: "http://test")
        )
        var seen: [String] = []
        let requests = RPCStream<Example_UserRequest> { writer in
            for id in 1...3 { try await writer.write(.with { $0.userID = "\(id)" }) }
        }
        for try await request in try await users.echo(requests) {
            seen.append(request.userID)
        }
        #expect(seen == ["1", "2", "3"])
    }

    @Test("an annotated method is called as HTTP with JSON")
    func json() async throws {
        let request = Request(.get, "/v1/users/42")
        let response = try await handler().handle(request, context: CallContext())
        let text = String(buffer: try await response.body.collect(upTo: 1_024))
        #expect(text == #"{"name":"user-42","age":30}"#)
    }
}

import GRPCCore
import GRPCProtobuf
import SwiftProtobuf

/// The service, registered as the code that grpc-swift-2's own plug-in generates does it.
struct Users: RegistrableRPCService {
    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        unary("GetUser", in: &router) { (request: Example_UserRequest) in
            var response = Example_UserResponse()
            response.name = "user-" + request.userID
            response.age = 30
            return response
        }
        unary("GetPerson", in: &router) { (_: Example_UserRequest) in Self.ada() }
        router.registerHandler(
            forMethod: Self.method("Echo"),
            deserializer: ProtobufDeserializer<Example_UserRequest>(),
            serializer: ProtobufSerializer<Example_UserRequest>()
        ) { request, _ in
            StreamingServerResponse { writer in
                for try await message in request.messages { try await writer.write(message) }
                return [:]
            }
        }
    }

    private static func method(_ name: String) -> MethodDescriptor {
        MethodDescriptor(fullyQualifiedService: "example.UserService", method: name)
    }

    private func unary<Input: Message, Output: Message>(
        _ name: String,
        in router: inout RPCRouter<some ServerTransport>,
        _ body: @escaping @Sendable (Input) async throws -> Output
    ) {
        router.registerHandler(
            forMethod: Self.method(name),
            deserializer: ProtobufDeserializer<Input>(),
            serializer: ProtobufSerializer<Output>()
        ) { request, _ in
            let single = try await ServerRequest(stream: request)
            let response = ServerResponse(message: try await body(single.message))
            return StreamingServerResponse(single: response)
        }
    }

    private static func ada() -> Example_Person {
        var person = Example_Person()
        person.id = 42
        person.name = "Ada Lovelace"
        person.email = "ada@example.com"
        person.active = true
        person.age = 36
        person.score = 98.5
        person.tags = ["math", "engines"]
        person.city = "London"
        person.country = "GB"
        person.createdAt = "2026-01-01T00:00:00Z"
        return person
    }
}

import MartletHTTP
import SwiftProtobuf
import Testing

@testable import MartletRPC

@Suite("RPC reflection", .timeLimit(.minutes(1)))
struct ReflectionTests {
    typealias Request = Grpc_Reflection_V1_ServerReflectionRequest
    typealias Response = Grpc_Reflection_V1_ServerReflectionResponse

    private let client: RPCClient

    init() {
        var methods = RPCMethods()
        methods.register(EverythingService())
        methods.register(RPCHealth())
        methods.unary("by.Hand/Call", request: .bytes, response: .bytes) { bytes, _ in bytes }
        methods.registerReflection()
        client = RPCClient(InMemoryTransport(RPCHandler(methods)), at: "http://test")
    }

    /// The answers to requests, in one call.
    private func ask(
        _ requests: [Request.OneOf_MessageRequest?],
        version: String = "v1"
    ) async throws -> [Response] {
        let answers: RPCMessages<Response> = try await client.bidirectional(
            "grpc.reflection.\(version).ServerReflection/ServerReflectionInfo",
            RPCStream { writer in
                for request in requests {
                    try await writer.write(Request.with { $0.messageRequest = request })
                }
            }
        )
        var all: [Response] = []
        for try await answer in answers { all.append(answer) }
        return all
    }

    /// The names of the files in an answer.
    private func names(_ response: Response?) throws -> [String] {
        try #require(response).fileDescriptorResponse.fileDescriptorProto.map {
            try Google_Protobuf_FileDescriptorProto(serializedBytes: $0).name
        }
    }

    @Test("services are listed, those that are described and those that are not")
    func list() async throws {
        let answer = try #require(try await ask([.listServices("")]).first)
        #expect(
            answer.listServicesResponse.service.map(\.name) == [
                "by.Hand", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "test.everything.Everything",
            ]
        )
        #expect(answer.originalRequest.messageRequest == .listServices(""))
    }

    @Test("a file comes with what it imports, and that only once in a call")
    func files() async throws {
        let answers = try await ask([
            .fileByFilename("everything.proto"), .fileByFilename("parts.proto"),
            .fileContainingSymbol("test.everything.Name"),
        ])
        #expect(
            try names(answers.first) == [
                "everything.proto", "google/api/annotations.proto",
                "google/protobuf/empty.proto", "google/protobuf/wrappers.proto", "parts.proto",
                "google/api/http.proto", "google/protobuf/descriptor.proto",
            ]
        )
        #expect(try names(answers[1]) == ["parts.proto"])
        #expect(try names(answers[2]) == ["everything.proto"])
    }

    @Test(
        "every kind of symbol is found by its full name",
        arguments: [
            ("test.everything.Everything", "everything.proto"),
            ("test.everything.Everything.Greet", "everything.proto"),
            ("test.everything.Greeting", "everything.proto"),
            ("test.everything.Greeting.text", "everything.proto"),
            ("test.parts.days", "parts.proto"),
            ("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto"),
            ("grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto"),
            (
                "grpc.reflection.v1.ServerReflectionRequest.message_request",
                "grpc/reflection/v1/reflection.proto"
            ),
            ("google.api.http", "google/api/annotations.proto"),
            ("google.protobuf.Timestamp", "google/protobuf/timestamp.proto"),
        ]
    )
    func symbols(symbol: String, file: String) async throws {
        let answers = try await ask([.fileContainingSymbol(symbol)])
        #expect(try names(answers.first).first == file)
    }

    @Test("extensions are found by message and number")
    func extensions() async throws {
        let known = Grpc_Reflection_V1_ExtensionRequest.with { request in
            request.containingType = "test.parts.Part"
            request.extensionNumber = 101
        }
        let answers = try await ask([
            .fileContainingExtension(known), .allExtensionNumbersOfType("test.parts.Part"),
            .allExtensionNumbersOfType("test.everything.Name"),
        ])
        #expect(try names(answers.first) == ["parts.proto"])
        let numbers = answers[1].allExtensionNumbersResponse
        #expect(numbers.baseTypeName == "test.parts.Part")
        #expect(numbers.extensionNumber == [100, 101])
        #expect(answers[2].allExtensionNumbersResponse.extensionNumber == [])
    }

    @Test("what there is not is an answer, and the call goes on")
    func missing() async throws {
        let unknown = Grpc_Reflection_V1_ExtensionRequest.with { request in
            request.containingType = "test.parts.Part"
            request.extensionNumber = 102
        }
        let answers = try await ask([
            .fileByFilename("none.proto"), .fileContainingSymbol("none"),
            .fileContainingExtension(unknown), .allExtensionNumbersOfType("none"), nil,
            .fileByFilename("parts.proto"),
        ])
        #expect(answers.map(\.errorResponse.errorCode) == [5, 5, 5, 5, 3, 0])
        #expect(answers.first?.errorResponse.errorMessage == "There is no file none.proto.")
    }

    @Test("the name that older clients ask for is answered too")
    func alpha() async throws {
        let answers = try await ask([.fileByFilename("parts.proto")], version: "v1alpha")
        #expect(try names(answers.first) == ["parts.proto"])
    }

    @Test("a definition that cannot be read is the server's error")
    func unreadable() async throws {
        for definition in ["?", "AAAA"] {
            let service = RPCServiceDescriptor("a.B", methods: [], definition: definition)
            let index = ReflectionIndex(of: [service], named: [])
            let error = #expect(throws: RPCError.self) { try index.content() }
            #expect(error?.status.code == .internal)
        }
    }
}

import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

@testable import ProtocGenMartlet

@Suite("Names in generated code")
struct NameTests {
    @Test(
        "methods begin with a small letter, and their words are kept",
        arguments: [
            ("GetUser", "getUser"), ("getUser", "getUser"), ("get_user", "getUser"), ("Get", "get"),
            ("ID", "id"), ("URLOf", "urlOf"), ("GetHTTPInfo", "getHTTPInfo"), ("A", "a"),
            ("V2Call", "v2Call"), ("HTTP2Call", "http2Call"), ("_Get_", "get"), ("_2nd", "_2nd"),
            ("Default", "`default`"), ("Init", "`init`"), ("In", "`in`"), ("Self", "selfMethod"),
        ]
    )
    func methods(name: String, expected: String) {
        #expect(SwiftName.method(name) == expected)
    }

    @Test(
        "the description of a service is named by its package and its name",
        arguments: [
            ("example.UserService", "exampleUserService"),
            ("grpc.health.v1.Health", "grpcHealthV1Health"), ("Service", "service"),
            ("default", "`default`"),
        ]
    )
    func properties(name: String, expected: String) {
        #expect(SwiftName.property(name) == expected)
    }

    @Test("types begin with the prefix that protoc-gen-swift gives to messages")
    func types() {
        var definition = Definition()
        definition.service("Service")
        #expect(definition.source().contains("protocol Example_ServiceMethods"))
        definition.file.options.swiftPrefix = "My"
        let source = definition.source()
        #expect(source.contains("protocol MyServiceMethods"))
        #expect(source.contains("_ request: MyIn, call: RPCCall) async throws -> MyOut"))
        #expect(source.contains("\"example.Service/Call\""))
    }

    @Test("two methods of one name in Swift are refused, and both are named")
    func collidingMethods() {
        var definition = Definition()
        definition.service("Service", methods: ["GetUser", "get_user"])
        let response = definition.generate()
        #expect(
            response.error == """
                folder/example.proto: the methods GetUser and get_user of example.Service are both \
                getUser in Swift
                """
        )
        #expect(response.file.isEmpty)
    }

    @Test("a message that is named like what is generated is refused")
    func collidingTypes() {
        var definition = Definition()
        definition.service("Service")
        definition.file.messageType.append(.with { $0.name = "ServiceClient" })
        #expect(
            definition.generate().error == """
                folder/example.proto: example.ServiceClient and what is generated for the service \
                example.Service are both Example_ServiceClient in Swift
                """
        )
    }
}

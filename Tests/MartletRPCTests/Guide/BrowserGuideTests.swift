import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import SwiftProtobuf
import Testing
import UserAPI

@testable import MartletRPC

@Suite("What the guide for browsers and curl shows")
struct BrowserGuideTests {
    @Test("a method with an address is answered in front of a router")
    func address() async throws {
        var router = Router()
        router.get("/hello") { _, _ in "Hello" }
        var methods = RPCMethods()
        methods.unary(
            "example.UserService/GetUser",
            http: [RPCHTTPRule(method: .get, path: "/v1/users/{user_id}")]
        ) { (request: Example_UserRequest, _) -> Example_UserResponse in
            .with {
                $0.name = "user-\(request.userID)"
                $0.age = 30
            }
        }
        let handler = try router.compile()
            .intercepted(by: RPCHandler(methods))
            .intercepted(by: CORS(.rpc(origins: .exact(["https://app.example.com"]))))
        let user = try await handler.handle(Request(.get, "/v1/users/7"), context: CallContext())
        #expect(user.body.whole == ByteBuffer(string: #"{"name":"user-7","age":30}"#))
        let hello = try await handler.handle(Request(.get, "/hello"), context: CallContext())
        #expect(hello.body.whole == ByteBuffer(string: "Hello"))
    }
}

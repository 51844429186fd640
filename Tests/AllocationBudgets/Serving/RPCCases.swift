import Logging
import MartletCore
import MartletHTTP
import MartletRPC
import SwiftProtobuf

/// Whole calls over HTTP/2, and a request without RPC beside them.
enum RPCCases {
    /// Runs `body` with the cases while their server runs.
    static func run(_ body: ([AllocationCase]) async throws -> Void) async throws {
        var router = Router()
        router.get("/hello") { _, _ in "Hello, World!" }
        try await ServerCases.serve(router.compile()) { port in
            try await body([hello(port)])
        }
        let handler = RPCHandler(methods())
        try await ServerCases.serve(handler) { port in
            try await body([unary("a unary call", "Greet", port)])
        }
        try await body([inMemory(handler)])
    }

    private static func methods() -> RPCMethods {
        var methods = RPCMethods()
        methods.unary("test.Service/Greet") { (name: Google_Protobuf_StringValue, _) in
            Google_Protobuf_StringValue("Hello, " + name.value)
        }
        return methods
    }

    private static func hello(_ port: Int) throws -> AllocationCase {
        let client = try RawHTTP2Client(port: port, fields: fields("GET", "/hello", port))
        return AllocationCase(name: "GET /hello over HTTP/2") { try client.exchange($0) }
    }

    private static func unary(
        _ name: String,
        _ method: String,
        _ port: Int
    ) throws -> AllocationCase {
        let more = [("content-type", "application/grpc"), ("te", "trailers")]
        let message: [UInt8] = try Google_Protobuf_StringValue("Anna").serializedBytes()
        let client = try RawHTTP2Client(
            port: port,
            fields: fields("POST", "/test.Service/\(method)", port) + more,
            content: [0, 0, 0, 0, UInt8(message.count)] + message
        )
        return AllocationCase(name: "RPC: \(name)") { try client.exchange($0) }
    }

    private static func fields(
        _ method: String,
        _ path: String,
        _ port: Int
    ) -> [(String, String)] {
        [
            (":method", method), (":scheme", "http"), (":path", path),
            (":authority", "127.0.0.1:\(port)"),
        ]
    }

    /// A call of our client that no network carries.
    private static func inMemory(_ handler: RPCHandler) -> AllocationCase {
        let client = RPCClient(InMemoryTransport(handler), at: "http://test")
        return AllocationCase(name: "RPC: a client's unary call in memory, its server included") {
            for _ in 0..<$0 {
                let answer: RPCAnswer<Google_Protobuf_StringValue> = try await client.unary(
                    "test.Service/Greet",
                    Google_Protobuf_StringValue("Anna")
                )
                keep(answer.message.value.utf8.count)
            }
        }
    }
}

import HTTPTypes
import Logging
import MartletCore
import MartletHTTP
import NIOCore
import SwiftProtobuf

@testable import MartletRPC

/// Methods that answer with what they were asked, and the rules of the specification's examples.
struct Library {
    static let name = HTTPField.Name(known: "x-name")

    var clock: any MonotonicClock = ContinuousClock()
    var configuration = RPCConfiguration()

    var methods: RPCMethods {
        var methods = RPCMethods()
        Self.add(to: &methods)
        methods.unary(
            "test.Library/Late",
            http: [RPCHTTPRule(method: .get, path: "/v1/late")]
        ) { [clock] (request: Test_Library_All, _) -> Test_Library_All in
            try await clock.sleep(for: .seconds(60))
            return request
        }
        return methods
    }

    static func add(to methods: inout RPCMethods) {
        methods.unary(
            "test.Library/GetMessage",
            http: [
                RPCHTTPRule(method: .get, path: "/v1/messages/{message_id}"),
                RPCHTTPRule(method: .get, path: "/v1/messages/{message_id}/{sub.subfield}"),
                RPCHTTPRule(method: .get, path: "/v1/users/{user_id}/messages/{message_id}"),
            ]
        ) { (request: Test_Library_GetMessageRequest, _) in request }
        methods.unary(
            "test.Library/UpdateMessage",
            http: [
                RPCHTTPRule(method: .put, path: "/v1/messages/{message_id}", body: "message"),
                RPCHTTPRule(
                    method: .patch,
                    path: "/v1/notes/{message.message_id}",
                    body: "message"
                ),
            ]
        ) { (request: Test_Library_UpdateMessageRequest, _) in request }
        methods.unary(
            "test.Library/UpdateNote",
            http: [RPCHTTPRule(method: .patch, path: "/v1/messages/{message_id}", body: "*")]
        ) { (request: Test_Library_Note, _) in request }
        addAll(to: &methods)
        addOdd(to: &methods)
    }

    private static func addAll(to methods: inout RPCMethods) {
        methods.unary(
            "test.Library/All",
            http: [
                RPCHTTPRule(method: .get, path: "/v1/all"),
                RPCHTTPRule(method: .post, path: "/v1/all:echo", body: "*"),
                RPCHTTPRule(method: nil, path: "/v1/any/*"),
                RPCHTTPRule(method: .get, path: "/v1/{text=shelves/*/books/*}"),
                RPCHTTPRule(method: .get, path: "/v1/files/{text=**}"),
                RPCHTTPRule(method: .get, path: "/v1/files/{text=**}:stat"),
                RPCHTTPRule(method: .get, path: "/v1/one/{text}", responseBody: "text"),
                RPCHTTPRule(method: .get, path: "/v1/list", responseBody: "texts"),
                RPCHTTPRule(method: .get, path: "/v1/colors/{color}/{large}/{flag}"),
            ]
        ) { (request: Test_Library_All, _) in request }
    }

    private static func addOdd(to methods: inout RPCMethods) {
        methods.serverStreaming(
            "test.Library/Watch",
            http: [
                RPCHTTPRule(method: .get, path: "/v1/watch/{small}"),
                RPCHTTPRule(method: .get, path: "/v1/watch/{small}:text", responseBody: "text"),
            ]
        ) { (request: Test_Library_All, call) -> RPCStream<Test_Library_All> in
            guard request.small >= 0 else { throw RPCError(.outOfRange, "Less than nothing.") }
            call.setInitialMetadata(call.metadata)
            return RPCStream { writer in
                for number in 0..<request.small {
                    try await writer.write(.with { $0.text = "message \(number + 1)" })
                }
                guard request.small != 2 else { throw RPCError(.dataLoss, "The rest is lost.") }
            }
        }
        methods.unary(
            "test.Library/Metadata",
            http: [RPCHTTPRule(method: .get, path: "/v1/metadata/{text}")]
        ) { (request: Test_Library_All, call) -> Test_Library_All in
            var metadata = RPCMetadata()
            metadata[name] = call.metadata[name]
            call.setInitialMetadata(metadata)
            return .with { $0.text = call.metadata[.authorization] ?? "" }
        }
        methods.unary(
            "test.Library/Fail",
            http: [RPCHTTPRule(method: .get, path: "/v1/fail/{small}")]
        ) { (request: Test_Library_All, _) -> Test_Library_All in
            guard request.small > 0 else { throw TestMethods.Secret() }
            guard request.small < 100 else { throw HTTPError(.conflict, detail: "Locked.") }
            var metadata = RPCMetadata()
            metadata[name] = "because"
            let code = RPCStatus.Code(rawValue: Int(request.small))
            throw RPCError(code, "Failed.", details: ByteBuffer(bytes: [8, 9]), metadata: metadata)
        }
    }

    var handler: RPCHandler {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return RPCHandler(methods, configuration: configuration, clock: clock, logger: logger)
    }

    /// Sends a request and reads its answer, an error as the problem that a server makes of it.
    func send(
        _ method: HTTPRequest.Method,
        _ target: String,
        _ content: String? = nil,
        _ fields: Headers = Headers()
    ) async throws -> (status: Int, headers: Headers, text: String) {
        var request = Request(method, target, headers: fields)
        if let content {
            if !request.headers.contains(.contentType) {
                request.headers[.contentType] = "application/json"
            }
            request.body = Body(content)
        }
        let response: Response
        do {
            response = try await handler.handle(request, context: CallContext())
        } catch let error as HTTPError {
            response = error.response()
        }
        let bytes = try await response.body.collect(upTo: 10 << 20)
        return (response.status.code, response.headers, String(buffer: bytes))
    }
}

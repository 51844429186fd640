import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
public import SwiftProtobuf

/// The methods of a server, by name.
///
/// ```swift
/// var methods = RPCMethods()
/// methods.unary("example.Greeter/Greet") { (name: Google_Protobuf_StringValue, call) in
///     Google_Protobuf_StringValue("Hello, \(name.value)")
/// }
/// let server = HTTPServer(handler: RPCHandler(methods))
/// ```
///
/// A name is the service with its package, a slash, and the method. Registering one twice is a
/// mistake that stops the program.
public struct RPCMethods: Sendable {
    private(set) var byPath: [String: Method] = [:]
    /// The services that are described, in the order of their registration.
    private(set) var services: [RPCServiceDescriptor] = []
    /// The rules by which methods are called as HTTP with JSON.
    private(set) var routes = TranscodingRoutes()

    /// One method, whatever its messages are.
    ///
    /// A class, so that one that does not suspend is handed on without a copy.
    final class Method: Sendable {
        /// Answers the content of a call, when that is all here, without suspending.
        typealias Answer = @Sendable (ByteBuffer, RPCCall) throws -> Response

        let name: String
        let label: WorkLabel
        let run: @Sendable (Request, RPCCall) async throws -> Response
        let answer: Answer?

        init(
            _ name: String,
            _ run: @escaping @Sendable (Request, RPCCall) async throws -> Response,
            _ answer: Answer?
        ) {
            self.name = name
            label = WorkLabel("RPC /\(name)")
            self.run = run
            self.answer = answer
        }
    }

    /// Makes an empty collection.
    public init() {}

    /// Registers a method of one request message and one response message.
    public mutating func unary<Input, Output>(
        _ name: String,
        request: RPCCodec<Input>,
        response: RPCCodec<Output>,
        _ body: @escaping @Sendable (Input, RPCCall) async throws -> Output
    ) {
        register(name) { message, call in
            let input = try await RPCMessages(message.body, call.coding, request).only()
            return try call.answer(await body(input, call), response)
        }
    }

    /// Registers a method of one request message and one response message that does not suspend.
    ///
    /// Where the message has come whole, no task is made for the call: the method runs on the
    /// connection's event loop, and must not block. A closure without `await` is one.
    public mutating func unary<Input, Output>(
        _ name: String,
        request: RPCCodec<Input>,
        response: RPCCodec<Output>,
        _ body: @escaping @Sendable (Input, RPCCall) throws -> Output
    ) {
        register(
            name,
            { message, call in
                let input = try await RPCMessages(message.body, call.coding, request).only()
                return try call.answer(body(input, call), response)
            },
            answer: { bytes, call in
                let frame = try RPCMessages<Input>.only(bytes, call.coding.maximumSize)
                return try call.answer(body(call.coding.decode(frame, request), call), response)
            }
        )
    }

    /// Registers a method of many request messages and one response message.
    public mutating func clientStreaming<Input, Output>(
        _ name: String,
        request: RPCCodec<Input>,
        response: RPCCodec<Output>,
        _ body: @escaping @Sendable (RPCMessages<Input>, RPCCall) async throws -> Output
    ) {
        register(name) { message, call in
            let input = call.messages(of: message, request)
            return try call.answer(await body(input, call), response)
        }
    }

    /// Registers a method of one request message and many response messages.
    public mutating func serverStreaming<Input, Output>(
        _ name: String,
        request: RPCCodec<Input>,
        response: RPCCodec<Output>,
        _ body: @escaping @Sendable (Input, RPCCall) async throws -> RPCStream<Output>
    ) {
        register(name) { message, call in
            let input = try await RPCMessages(message.body, call.coding, request).only()
            return try await body(input, call).response(to: call, response)
        }
    }

    /// Registers a method of many request messages and many response messages.
    public mutating func bidirectional<Input, Output>(
        _ name: String,
        request: RPCCodec<Input>,
        response: RPCCodec<Output>,
        _ body:
            @escaping @Sendable (RPCMessages<Input>, RPCCall) async throws -> RPCStream<Output>
    ) {
        register(name) { message, call in
            let input = call.messages(of: message, request)
            return try await body(input, call).response(to: call, response)
        }
    }

    /// Says what a service is whose methods are registered, for reflection to tell.
    public mutating func describe(_ service: RPCServiceDescriptor) {
        services.append(service)
    }

    private mutating func register(
        _ name: String,
        _ run: @escaping @Sendable (Request, RPCCall) async throws -> Response,
        answer: Method.Answer? = nil
    ) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        precondition(
            parts.count == 2 && parts.allSatisfy { !$0.isEmpty },
            "a method's name is that of its service, a slash and its own: '\(name)'"
        )
        precondition(byPath["/\(name)"] == nil, "the method '\(name)' is registered twice")
        byPath["/\(name)"] = Method(name, run, answer)
    }

    /// Adds the rules of a method that is registered.
    ///
    /// - Throws: ``TranscodingError`` that names the rule which is wrong.
    mutating func add(
        _ rules: [RPCHTTPRule],
        of name: String,
        _ transcoding: @autoclosure () -> RPCTranscoding
    ) throws(TranscodingError) {
        guard !rules.isEmpty, let method = byPath["/\(name)"] else { return }
        let transcoding = transcoding()
        for rule in rules {
            try routes.add(TranscodingRoute(rule, method, transcoding))
        }
    }

    private mutating func use(
        _ rules: [RPCHTTPRule],
        of name: String,
        _ transcoding: @autoclosure () -> RPCTranscoding
    ) {
        do throws(TranscodingError) {
            try add(rules, of: name, transcoding())
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

extension RPCCall {
    /// The messages of a call that streams them: it is as long as they are, whatever HTTP's own
    /// limits say, and the size of each is bounded.
    func messages<Message>(
        of request: Request,
        _ codec: RPCCodec<Message>
    ) -> RPCMessages<Message> {
        context.scope?.liftContentLimits()
        return RPCMessages(request.body, coding, codec)
    }

    /// The answer of one message.
    func answer<Message>(_ message: Message, _ codec: RPCCodec<Message>) throws -> Response {
        let body = Body(try coding.encode(message, codec), trailers: okTrailers())
        return Response(.ok, headers: head(), body: body)
    }
}

// MARK: - Protocol Buffers

extension RPCMethods {
    /// Registers a method of one request message and one response message.
    ///
    /// - Parameters:
    ///   - name: The method's full name, as in `example.UserService/GetUser`.
    ///   - rules: How it can be called as HTTP with JSON; not at all by default.
    ///   - body: Answers a call.
    public mutating func unary<Input: Message, Output: Message>(
        _ name: String,
        http rules: [RPCHTTPRule] = [],
        _ body: @escaping @Sendable (Input, RPCCall) async throws -> Output
    ) {
        unary(name, request: .protobuf, response: .protobuf, body)
        use(rules, of: name, .unary(body))
    }

    /// Registers a method of one request message and one response message that does not suspend.
    ///
    /// Where the message has come whole, no task is made for the call: the method runs on the
    /// connection's event loop, and must not block. A closure without `await` is one.
    ///
    /// - Parameters:
    ///   - name: The method's full name, as in `example.UserService/GetUser`.
    ///   - rules: How it can be called as HTTP with JSON; not at all by default.
    ///   - body: Answers a call.
    public mutating func unary<Input: Message, Output: Message>(
        _ name: String,
        http rules: [RPCHTTPRule] = [],
        _ body: @escaping @Sendable (Input, RPCCall) throws -> Output
    ) {
        unary(name, request: .protobuf, response: .protobuf, body)
        use(rules, of: name, .unary(body))
    }

    /// Registers a method of many request messages and one response message.
    public mutating func clientStreaming<Input: Message, Output: Message>(
        _ name: String,
        _ body: @escaping @Sendable (RPCMessages<Input>, RPCCall) async throws -> Output
    ) {
        clientStreaming(name, request: .protobuf, response: .protobuf, body)
    }

    /// Registers a method of one request message and many response messages.
    ///
    /// - Parameters:
    ///   - name: The method's full name, as in `example.UserService/WatchUser`.
    ///   - rules: How it can be called as HTTP with JSON; not at all by default.
    ///   - body: Answers a call.
    public mutating func serverStreaming<Input: Message, Output: Message>(
        _ name: String,
        http rules: [RPCHTTPRule] = [],
        _ body: @escaping @Sendable (Input, RPCCall) async throws -> RPCStream<Output>
    ) {
        serverStreaming(name, request: .protobuf, response: .protobuf, body)
        use(rules, of: name, .serverStreaming(body))
    }

    /// Registers a method of many request messages and many response messages.
    public mutating func bidirectional<Input: Message, Output: Message>(
        _ name: String,
        _ body:
            @escaping @Sendable (RPCMessages<Input>, RPCCall) async throws -> RPCStream<Output>
    ) {
        bidirectional(name, request: .protobuf, response: .protobuf, body)
    }
}

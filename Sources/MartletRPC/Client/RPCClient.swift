import HTTPTypes
public import MartletCore
public import MartletHTTP
public import SwiftProtobuf

/// Makes gRPC calls.
///
/// A client is cheap to copy and good for any number of calls at once. Generated clients are made
/// of one; without generated code a call names its method:
///
/// ```swift
/// let client = RPCClient(HTTPClient(.rpc), at: "http://127.0.0.1:8080")
/// let answer: RPCAnswer<Google_Protobuf_StringValue> =
///     try await client.unary("example.Greeter/Greet", Google_Protobuf_StringValue("Anna"))
/// ```
///
/// The transport is any handler of HTTP. An `HTTPClient` with the configuration `.rpc` speaks
/// HTTP/2; middleware around it sees every attempt of every call; `InMemoryTransport` reaches a
/// server's handler in the same process, and needs no network.
///
/// A call that fails throws an ``RPCError``, and `CancellationError` when the task that makes it is
/// cancelled. The server's trailing metadata is in the error.
public struct RPCClient: Sendable {
    let shared: Shared

    /// What all copies of a client share.
    final class Shared: Sendable {
        let transport: any Handler<Request, Response>
        let scheme: String
        let authority: String
        let configuration: RPCClientConfiguration
        let clock: any MonotonicClock
        let connectivity: RPCConnectivity
        let throttle: RPCThrottle?

        init(
            transport: any Handler<Request, Response>,
            scheme: String,
            authority: String,
            configuration: RPCClientConfiguration,
            clock: any MonotonicClock
        ) {
            self.transport = transport
            self.scheme = scheme
            self.authority = authority
            self.configuration = configuration
            self.clock = clock
            connectivity = RPCConnectivity(configuration.connectionBackoff)
            throttle = configuration.service.throttling.map { RPCThrottle($0) }
        }
    }

    /// Makes a client; it connects when it is used.
    ///
    /// - Parameters:
    ///   - transport: What takes requests to the server.
    ///   - server: The server, as `http://host:port`, or `https://host` for TLS. A path behind it
    ///     is ignored.
    ///   - configuration: The limits.
    ///   - clock: What tells the time.
    public init(
        _ transport: any Handler<Request, Response>,
        at server: String,
        configuration: RPCClientConfiguration = RPCClientConfiguration(),
        clock: any MonotonicClock = ContinuousClock()
    ) {
        let parts = TargetParts(server)
        shared = Shared(
            transport: transport,
            scheme: parts.scheme ?? "http",
            authority: parts.authority ?? server,
            configuration: configuration,
            clock: clock
        )
    }
}

// MARK: - The four kinds of calls

extension RPCClient {
    /// Sends one message and returns the one of the answer.
    ///
    /// - Parameters:
    ///   - method: The method's full name, as in `example.Greeter/Greet`.
    ///   - message: The message.
    ///   - request: How it is encoded.
    ///   - response: How the answer is decoded.
    ///   - options: Deadline, metadata and the like.
    /// - Returns: The answer.
    /// - Throws: ``RPCError``; `CancellationError`.
    public func unary<Input, Output>(
        _ method: String,
        _ message: Input,
        request: RPCCodec<Input>,
        response: RPCCodec<Output>,
        options: RPCCallOptions = RPCCallOptions()
    ) async throws -> RPCAnswer<Output> {
        var call = RPCOutgoingCall(method, options, shared, timeout: shared.configuration.timeout)
        let body = Body(try call.coding.encode(message, request))
        return try await call.start(body, response).answer()
    }

    /// Sends one message and returns those of the answer, as they come.
    ///
    /// - Returns: The messages; the call is cancelled when nobody holds them any more.
    /// - Throws: ``RPCError``; `CancellationError`.
    public func serverStreaming<Input, Output>(
        _ method: String,
        _ message: Input,
        request: RPCCodec<Input>,
        response: RPCCodec<Output>,
        options: RPCCallOptions = RPCCallOptions()
    ) async throws -> RPCMessages<Output> {
        var call = RPCOutgoingCall(method, options, shared, timeout: nil)
        let body = Body(try call.coding.encode(message, request))
        return try await call.start(body, response)
    }

    /// Sends messages and returns the one of the answer.
    ///
    /// - Throws: ``RPCError``; what `messages` throws; `CancellationError`.
    public func clientStreaming<Input, Output>(
        _ method: String,
        _ messages: RPCStream<Input>,
        request: RPCCodec<Input>,
        response: RPCCodec<Output>,
        options: RPCCallOptions = RPCCallOptions()
    ) async throws -> RPCAnswer<Output> {
        var call = RPCOutgoingCall(method, options, shared, timeout: nil)
        let body = messages.body(call.coding, request)
        return try await call.start(body, response).answer()
    }

    /// Sends messages while those of the answer come.
    ///
    /// - Returns: The messages, before the server has begun to answer: reading them waits for it,
    ///   and throws what the call, or `messages`, throws. The call is cancelled when nobody holds
    ///   them any more.
    /// - Throws: Nothing now; errors come with the messages.
    public func bidirectional<Input, Output>(
        _ method: String,
        _ messages: RPCStream<Input>,
        request: RPCCodec<Input>,
        response: RPCCodec<Output>,
        options: RPCCallOptions = RPCCallOptions()
    ) async throws -> RPCMessages<Output> {
        let call = RPCOutgoingCall(method, options, shared, timeout: nil)
        let body = messages.body(call.coding, request)
        let opening = RPCOpening {
            var call = call
            return try await call.start(body, response)
        }
        return RPCMessages(Body(), call.coding, response, opening: opening)
    }
}

// MARK: - Protocol Buffers

extension RPCClient {
    /// Sends one message and returns the one of the answer.
    ///
    /// - Throws: ``RPCError``; `CancellationError`.
    public func unary<Input: Message, Output: Message>(
        _ method: String,
        _ message: Input,
        options: RPCCallOptions = RPCCallOptions()
    ) async throws -> RPCAnswer<Output> {
        try await unary(
            method,
            message,
            request: .protobuf,
            response: .protobuf,
            options: options
        )
    }

    /// Sends one message and returns those of the answer, as they come.
    ///
    /// - Throws: ``RPCError``; `CancellationError`.
    public func serverStreaming<Input: Message, Output: Message>(
        _ method: String,
        _ message: Input,
        options: RPCCallOptions = RPCCallOptions()
    ) async throws -> RPCMessages<Output> {
        try await serverStreaming(
            method,
            message,
            request: .protobuf,
            response: .protobuf,
            options: options
        )
    }

    /// Sends messages and returns the one of the answer.
    ///
    /// - Throws: ``RPCError``; what `messages` throws; `CancellationError`.
    public func clientStreaming<Input: Message, Output: Message>(
        _ method: String,
        _ messages: RPCStream<Input>,
        options: RPCCallOptions = RPCCallOptions()
    ) async throws -> RPCAnswer<Output> {
        try await clientStreaming(
            method,
            messages,
            request: .protobuf,
            response: .protobuf,
            options: options
        )
    }

    /// Sends messages while those of the answer come.
    ///
    /// - Throws: ``RPCError``; what `messages` throws; `CancellationError`.
    public func bidirectional<Input: Message, Output: Message>(
        _ method: String,
        _ messages: RPCStream<Input>,
        options: RPCCallOptions = RPCCallOptions()
    ) async throws -> RPCMessages<Output> {
        try await bidirectional(
            method,
            messages,
            request: .protobuf,
            response: .protobuf,
            options: options
        )
    }
}

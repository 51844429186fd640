import HTTPTypes
public import Logging
public import MartletCore
public import MartletHTTP

/// Answers gRPC calls over HTTP/2 with the methods that are registered.
///
/// It is a handler like any other: give it to an `HTTPServer`, and put middleware around it. It is
/// a middleware too, which takes what says that it is gRPC and passes the rest on, so that one port
/// serves both: `router.intercepted(by: RPCHandler(methods))`.
///
/// A call's `grpc-timeout` brings its deadline forward, up to a year ahead. When the deadline
/// comes, the call's task is cancelled and the caller told DEADLINE_EXCEEDED.
///
/// Browsers call by gRPC-Web, over either version of HTTP. A method with ``RPCHTTPRule`` is called
/// as HTTP with JSON, too; how it fails is thrown as `HTTPError`. A request that is none of these
/// is passed on, and answered by HTTP's own means where nothing follows: 405 for its method, 415
/// for its content type.
public struct RPCHandler: Handler, Middleware {
    /// What arrives.
    public typealias Request = MartletHTTP.Request
    /// What is answered.
    public typealias Response = MartletHTTP.Response

    let methods: [String: RPCMethods.Method]
    let routes: TranscodingRoutes
    let service: RPCService

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - methods: The methods.
    ///   - configuration: The limits.
    ///   - clock: What tells the time.
    ///   - logger: Where errors go that no method meant.
    public init(
        _ methods: RPCMethods,
        configuration: RPCConfiguration = RPCConfiguration(),
        clock: any MonotonicClock = ContinuousClock(),
        logger: Logger = Logger(label: "martlet.rpc")
    ) {
        self.methods = methods.byPath
        routes = methods.routes
        service = RPCService(configuration: configuration, clock: clock, logger: logger)
    }

    /// Answers a call; passes on what is not gRPC.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        guard RPCFields.isContent(request.headers) else {
            if let web = WebFormat(request.headers) {
                return try await answer(request, web, context: context)
            }
            // What has this path for another method may have it for this one.
            if let call = try? transcodedCall(request) {
                return try await transcode(request, call, context: context)
            }
            return try await next.handle(request, context: context)
        }
        return try await call(request, context: context)
    }

    /// Answers a call.
    ///
    /// - Throws: `HTTPError` for what is not gRPC; whatever a call itself comes to is a response.
    public func handle(_ request: Request, context: CallContext) async throws -> Response {
        guard RPCFields.isContent(request.headers) else {
            if let web = WebFormat(request.headers) {
                return try await answer(request, web, context: context)
            }
            if let call = try transcodedCall(request) {
                return try await transcode(request, call, context: context)
            }
            throw HTTPError(.unsupportedMediaType, detail: "The content is not application/grpc.")
        }
        return try await call(request, context: context)
    }

    /// Answers a call whose content is that of gRPC.
    func call(_ request: Request, context: CallContext) async throws -> Response {
        guard request.method == .post else {
            throw HTTPError(.methodNotAllowed, headers: [.allow: "POST"])
        }
        guard let method = methods[request.target] else {
            return refusal(
                for: RPCError(.unimplemented, "There is no method \(request.target.prefix(256))."),
                method: request.target,
                context: context
            )
        }
        var context = context
        context.scope?.setLabel(method.label)
        do {
            try service.setDeadline(from: request, &context)
            let call = try RPCCall(
                method: method.name,
                request: request,
                context: context,
                service: service
            )
            return await run(method, request, call)
        } catch {
            return refusal(for: error, method: method.name, context: context)
        }
    }

    /// Runs a method to its answer, which says how it failed when it does.
    private func run(
        _ method: RPCMethods.Method,
        _ request: Request,
        _ call: RPCCall
    ) async -> Response {
        do {
            guard call.context.scope == nil, call.context.deadline != nil else {
                return try await method.run(request, call)
            }
            return try await race(request, call.context) { request in
                try await method.run(request, call)
            }
        } catch {
            request.body.discard()
            return call.refusal(for: error)
        }
    }

    /// Runs `answer`; where no server cancels the call, it races the clock.
    func race(
        _ request: Request,
        _ context: CallContext,
        _ answer: @escaping @Sendable (Request) async throws -> Response
    ) async throws -> Response {
        guard context.scope == nil, let deadline = context.deadline else {
            return try await answer(request)
        }
        let left = service.clock.now.duration(to: deadline)
        return try await Deadline<Request, Response>(timeout: left, clock: service.clock)
            .intercept(
                request,
                context: context,
                next: ClosureHandler { request, _ in try await answer(request) }
            )
    }

    /// The answer to a call that no method has seen: trailers only.
    func refusal(
        for error: any Error,
        method: String,
        context: CallContext
    ) -> Response {
        service.refusal(for: error, method: method, context: context)
    }
}

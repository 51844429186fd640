import HTTPTypes
public import MartletCore
public import MartletHTTP

/// A reverse proxy: sends every request to an upstream of the route that it matches, and passes
/// the response on.
///
/// ```swift
/// let gateway = try Gateway(upstream: "127.0.0.1:9001")
/// try await HTTPServer(.init(), handler: gateway).run()
/// ```
///
/// Content streams through in both directions with the slower side's pace, and is never gathered.
/// The fields of a hop are removed, and fields are added that say where the request came from; see
/// ``GatewayConfiguration/trustedProxies`` for whose word on that counts.
///
/// A request is sent again only to another upstream of its route, and only when that is safe: when
/// nothing of it was sent, or when its method is idempotent, its content is all here and the
/// connection broke. A content that streams is never sent twice. When there is no response, the
/// client gets 502, 503 or 504 as a problem document whose type says why.
///
/// WebSocket upgrades, CONNECT and TRACE are answered with 501.
public final class Gateway<Transport: Handler<Request, Response>>: Handler {
    /// The path that the gateway of `martlet gateway` answers itself, for health checks.
    public static var healthPath: String { "/-/health" }

    /// The path where the gateway of `martlet gateway` says how many requests it has begun to pass
    /// on, and whether its routes are what its file says now: `current`, or `refused` when the file
    /// has become wrong, as in `{"requests": 7, "configuration": "current"}`.
    public static var statsPath: String { "/-/stats" }

    /// The most upstreams that one request is sent to: 3.
    public static var maximumAttempts: Int { 3 }

    private let routes: LiveRoutes
    private let transport: Transport
    private let clock: any MonotonicClock
    private let answersHealth: Bool
    /// The transport, when it can send without a task.
    private let relay: (any RelayTransport)?

    /// Makes a gateway.
    ///
    /// - Parameters:
    ///   - routes: The routes, which may be replaced while the gateway runs.
    ///   - transport: Sends requests to the upstream that their scheme and authority name: an
    ///     `HTTPClient` made with ``clientConfiguration(timeouts:)``, or layers around one.
    ///   - answersHealth: Whether ``healthPath`` is the gateway's own.
    ///   - clock: What the response timeout is counted on.
    public init(
        _ routes: LiveRoutes,
        transport: Transport,
        answersHealth: Bool = true,
        clock: any MonotonicClock = ContinuousClock()
    ) {
        self.routes = routes
        self.transport = transport
        relay = transport as? any RelayTransport
        self.answersHealth = answersHealth
        self.clock = clock
    }

    /// Sends the request to an upstream and passes the response on.
    ///
    /// - Throws: `HTTPError` with 400, 404, 405, 501, 502, 503 or 504; `CancellationError` when
    ///   the client has gone.
    public func handle(_ request: Request, context: CallContext) async throws -> Response {
        if let own = try answerItself(request) { return own }
        var context = context
        // Apart, so that what it works with takes no room in the frame that waits.
        let call = try begin(request, &context)
        return try await send(call, context)
    }

    /// Sends the request to its first upstream, and to others until one answers.
    private func send(_ call: ForwardedCall, _ context: CallContext) async throws -> Response {
        do {
            if let own = call.group.transport {
                return try call.finish(try await own.handle(call.request, context: context))
            }
            return try call.finish(try await transport.handle(call.request, context: context))
        } catch let error as HTTPClientError {
            return try call.finish(try await forward(call, context, after: error))
        }
    }

    /// The answer to a health check, or to a method that the gateway does not do.
    private func answerItself(_ request: Request) throws -> Response? {
        if answersHealth {
            switch request.target {
            case Self.healthPath: return try answer(request, #"{"status":"ok"}"#)
            case Self.statsPath:
                let configuration = routes.isOutdated ? "refused" : "current"
                return try answer(
                    request,
                    #"{"requests":\#(routes.requestCount),"configuration":"\#(configuration)"}"#
                )
            default: routes.countRequest()
            }
        }
        if request.connectProtocol != nil { throw RequestFields.upgradeNotSupported }
        switch request.method {
        case .connect, .trace: throw Self.notImplemented(request.method)
        // It is about the server that is asked (RFC 9110 §9.3.7).
        case .options where request.target == "*": return Response(.noContent)
        default: return nil
        }
    }

    /// Finds the route of a request and makes the request to its upstream.
    private func begin(_ request: Request, _ context: inout CallContext) throws -> ForwardedCall {
        let table = routes.current
        let (route, target) = try table.route(for: request)
        context.scope?.setLabel(route.label)
        if let timeout = route.timeout {
            context.tightenDeadline(to: clock.now.advanced(by: timeout))
        }
        let index = route.upstreams.next()
        let upstream = route.upstreams.upstreams[index]
        var outgoing = Request(
            parsedMethod: request.method,
            target: route.rewritten(target),
            scheme: upstream.scheme,
            authority: upstream.authority,
            headers: try table.requestFields.make(
                for: request,
                preservesHost: route.preservesHost,
                requestID: context.requestID
            ),
            body: request.body,
            peer: nil
        )
        outgoing.setRoute(route.name)
        return ForwardedCall(outgoing, route.upstreams, index, table)
    }

    /// Sends a request that its first upstream did not answer to others, until one does.
    private func forward(
        _ call: ForwardedCall,
        _ context: CallContext,
        after failure: HTTPClientError
    ) async throws -> Response {
        let group = call.group
        var request = call.request
        var context = context
        var failure = failure
        var index = call.index
        var tried: TriedUpstreams = 0
        var attempts = 0
        while true {
            if failure.code == .connectFailed || failure.code == .connectTimeout {
                group.connectFailed(index)
            }
            tried.insert(index)
            attempts += 1
            context.attempt += 1
            guard
                attempts < Self.maximumAttempts,
                UpstreamFailure.mayRepeat(request, after: failure),
                let other = group.next(after: index, excluding: tried)
            else { throw UpstreamFailure.error(failure) }
            index = other
            call.index = other
            let upstream = group.upstreams[index]
            request.scheme = upstream.scheme
            request.authority = upstream.authority
            do {
                if let own = group.transport {
                    return try await own.handle(request, context: context)
                }
                return try await transport.handle(request, context: context)
            } catch let error as HTTPClientError {
                failure = error
            }
        }
    }

    private func answer(_ request: Request, _ json: String) throws -> Response {
        guard request.method == .get || request.method == .head else {
            throw HTTPError(.methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        return Response(
            .ok,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: Body(json)
        )
    }

    private static func notImplemented(_ method: HTTPRequest.Method) -> HTTPError {
        HTTPError(
            .notImplemented,
            detail: "The gateway does not do \(method.rawValue).",
            type: "urn:martlet:gateway:method-not-supported"
        )
    }
}

// MARK: - Without a task

extension Gateway: RelayHandler, UpstreamFailover {
    package func relay(_ request: Request, context: CallContext, call: RelayedCall) throws {
        if let own = try answerItself(request) {
            call.finish(.success(own))
            return
        }
        var context = context
        let forwarded = try begin(request, &context)
        guard let relay, forwarded.group.transport == nil else {
            continueInTask(forwarded, context, after: nil, call)
            return
        }
        forwarded.relayed = .init(call: call, context: context, gateway: self)
        call.ticket = relay.begin(forwarded.request, context: context, receiver: forwarded)
        if call.ticket == nil {
            continueInTask(forwarded, context, after: nil, call)
        }
    }

    /// Goes on in a task: from the beginning, or where an upstream has failed.
    func continueInTask(
        _ forwarded: ForwardedCall,
        _ context: CallContext,
        after failure: HTTPClientError?,
        _ call: RelayedCall
    ) {
        let handler = ClosureHandler<Request, Response> { [self] _, _ in
            guard let failure else { return try await send(forwarded, context) }
            // A connection that the upstream let go of says nothing of the upstream.
            if HTTPClient.mayRepeat(forwarded.request, failure) {
                return try await send(forwarded, context)
            }
            return try forwarded.finish(try await forward(forwarded, context, after: failure))
        }
        call.continueInTask(handler, forwarded.request, context: context)
    }
}

import HTTPTypes
public import MartletCore
public import MartletTransport

/// An HTTP client: pooled per event loop, with deadlines and streaming both ways.
///
/// Called from a handler on one of its loops, it stays on that loop; called from elsewhere it hops
/// to one and back. A client is itself a `Handler`, so middleware goes around it as around a
/// server's.
///
/// ```swift
/// let client = HTTPClient()
/// let response = try await client.get("http://127.0.0.1:8080/hello")
/// print(String(buffer: try await response.body.collect(upTo: 1024)))
/// ```
///
/// A response's body must be read to its end or discarded, or its connection stays busy until the
/// body's idle time-out.
public final class HTTPClient: Handler, RelayTransport {
    private let configuration: Configuration
    private let loops: EventLoops
    private let perLoop: [ClientLoop]
    /// Whether responses are handed on as they come: not followed elsewhere, nor decoded.
    private let isPlain: Bool

    /// Makes a client; it connects when it is used.
    public init(_ configuration: Configuration = Configuration(), loops: EventLoops = .shared) {
        self.configuration = configuration
        self.loops = loops
        isPlain = configuration.redirectLimit == 0 && !configuration.decompresses
        perLoop = loops.loops.map { ClientLoop(loop: $0, configuration: configuration) }
    }

    /// Sends a request and returns its response; a large body may still be arriving.
    ///
    /// The request's scheme and authority say where to send it. Redirections are followed up to
    /// ``Configuration/redirectLimit``.
    ///
    /// - Parameters:
    ///   - request: The request; ``Request/init(_:_:headers:body:)`` with an absolute URL.
    ///   - context: Its deadline bounds the time to the response's head.
    /// - Returns: The response, whatever its status.
    /// - Throws: ``HTTPClientError`` when there is no response; `CancellationError`, after which
    ///   the exchange's connection is closed.
    public func handle(_ request: Request, context: CallContext) async throws -> Response {
        guard isPlain, let loop = loops.current, let idle = try idleConnection(for: request, loop)
        else {
            return try await handleInFull(request, context)
        }
        let deadline = deadline(context, on: loop)
        do {
            return try await idle.send(request, deadline: deadline)
        } catch let error as HTTPClientError where Self.mayRepeat(request, error) {
            return try await exchangeAnew(request, deadline: deadline, on: loop)
        }
    }

    /// Sends a request on an idle connection of the current loop, without a task.
    package func begin(
        _ request: Request,
        context: CallContext,
        receiver: any ResponseReceiver
    ) -> ExchangeTicket? {
        // An error is told in the task that is made in place of this.
        guard isPlain, request.body.whole != nil, let loop = loops.current,
            let idle = try? idleConnection(for: request, loop)
        else { return nil }
        return idle.begin(
            request,
            deadline: deadline(context, on: loop),
            receiver: receiver
        )
    }

    private func idleConnection(
        for request: Request,
        _ loop: Loop
    ) throws -> (any ExchangeCarrier)? {
        try perLoop[loop.index]
            .pool(scheme: request.scheme, authority: request.authority)
            .takeIdle()
    }

    private func handleInFull(_ request: Request, _ context: CallContext) async throws -> Response {
        let deadline = deadline(context, on: loops.current)
        let response =
            if let loop = loops.current {
                try await exchange(prepared(request), deadline: deadline, on: loop)
            } else {
                try await exchangeFromElsewhere(prepared(request), deadline: deadline)
            }
        guard configuration.redirectLimit > 0, response.status.kind == .redirection else {
            return decoded(response, of: request)
        }
        return try await follow(response, to: request, deadline: deadline)
    }

    private func follow(
        _ redirection: Response,
        to request: Request,
        deadline: ContinuousClock.Instant
    ) async throws -> Response {
        var response = redirection
        var current = request
        var followed = 0
        while let next = Redirection.next(after: current, response) {
            followed += 1
            guard followed <= configuration.redirectLimit else {
                response.body.discard()
                throw HTTPClientError(
                    .tooManyRedirects,
                    "More than \(configuration.redirectLimit) redirections."
                )
            }
            response.body.discard()
            current = next
            response = try await exchangeFromElsewhere(prepared(current), deadline: deadline)
        }
        return decoded(response, of: current)
    }

    /// Sends a request outside any call.
    ///
    /// - Throws: As ``handle(_:context:)``.
    public func send(_ request: Request) async throws -> Response {
        try await handle(request, context: CallContext())
    }

    /// Gets what is at `url`.
    ///
    /// - Throws: As ``handle(_:context:)``.
    public func get(_ url: String, headers: Headers = Headers()) async throws -> Response {
        try await send(Request(.get, url, headers: headers))
    }

    /// Posts `body` to `url`.
    ///
    /// - Throws: As ``handle(_:context:)``.
    public func post(
        _ url: String,
        headers: Headers = Headers(),
        body: Body
    ) async throws -> Response {
        try await send(Request(.post, url, headers: headers, body: body))
    }

    /// Closes unused connections and refuses further requests; exchanges in flight finish.
    public func shutdown() {
        for member in perLoop {
            member.loop.run { member.shutDown() }
        }
    }

    // MARK: One exchange

    /// When the response's head must have come; up to two ticks later than the time-out says.
    private func deadline(_ context: CallContext, on loop: Loop?) -> ContinuousClock.Instant {
        let now = loop.map { $0.recentInstant + TickTimers.tick * 2 } ?? ContinuousClock.now
        let own = now + configuration.responseTimeout
        guard let given = context.deadline else { return own }
        return min(own, given)
    }

    private func prepared(_ request: Request) -> Request {
        guard configuration.decompresses, !request.headers.contains(.acceptEncoding) else {
            return request
        }
        var request = request
        request.headers.append("gzip, deflate", for: .acceptEncoding)
        return request
    }

    /// Goes to a loop and back.
    private func exchangeFromElsewhere(
        _ request: Request,
        deadline: ContinuousClock.Instant
    ) async throws -> Response {
        let loop = loops.any()
        return try await withTaskExecutorPreference(loop) {
            try await self.exchange(request, deadline: deadline, on: loop)
        }
    }

    private func exchange(
        _ request: Request,
        deadline: ContinuousClock.Instant,
        on loop: Loop
    ) async throws -> Response {
        guard loop.isCurrent else {
            throw HTTPClientError(
                .shutDown,
                "The client's event loops were shut down.",
                isUnsent: true
            )
        }
        guard let idle = try idleConnection(for: request, loop) else {
            return try await exchangeAnew(request, deadline: deadline, on: loop)
        }
        do {
            return try await idle.send(request, deadline: deadline)
        } catch let error as HTTPClientError where Self.mayRepeat(request, error) {
            return try await exchangeAnew(request, deadline: deadline, on: loop)
        }
    }

    /// Sends a request on a connection that has not carried another before, as far as it can be
    /// had.
    private func exchangeAnew(
        _ request: Request,
        deadline: ContinuousClock.Instant,
        on loop: Loop
    ) async throws -> Response {
        let pool = try perLoop[loop.index]
            .pool(scheme: request.scheme, authority: request.authority)
        let carrier = try await pool.lease(until: deadline)
        do {
            return try await carrier.send(request, deadline: deadline)
        } catch let error as HTTPClientError where error.isUnsent && carrier.isShared {
            // Others use it too: it was ended, or filled up, for reasons of theirs.
            guard request.body.whole != nil else { throw error }
            return try await pool.lease(until: deadline).send(request, deadline: deadline)
        }
    }

    /// Whether to send a request again whose connection was let go of by the server while the
    /// request was on its way: when that cannot do what it asks for twice (RFC 9110 §9.2.2).
    package static func mayRepeat(_ request: Request, _ error: HTTPClientError) -> Bool {
        guard error.code == .connectionClosed, request.body.whole != nil else { return false }
        if error.isUnsent { return true }
        switch request.method {
        case .get, .head, .options, .put, .delete, .trace: return true
        default: return false
        }
    }

    /// The response with its content decompressed, unless the caller asked for codings itself.
    private func decoded(_ response: Response, of request: Request) -> Response {
        guard configuration.decompresses, !request.headers.contains(.acceptEncoding) else {
            return response
        }
        return response.decompressed(upTo: configuration.responseBodySize)
    }
}

import HTTPTypes
import Logging
import MartletCore
import MartletTransport
import Metrics
import NIOCore
import Synchronization

/// What the connections of one server share.
final class ServerCore: Sendable {
    let sharedLimits: SharedLimits
    let http2Limits: SharedHTTP2Limits
    /// The time-outs that are set with every request, in ticks.
    let headTicks: TickTimers.Tick
    let keepAliveTicks: TickTimers.Tick
    private let handler: any Handler<Request, Response>
    /// The handler, when it knows what answers a request before a task is made for it.
    private let resolver: (any ResolvingHandler)?
    /// The handler, when it does not suspend.
    private let synchronousHandler: (any SynchronousHandler<Request, Response>)?
    /// The handler, when it passes requests on without a task.
    private let relayHandler: (any RelayHandler)?
    let logger: Logger
    private let metrics: (any MetricsFactory)?
    /// What `Server` says, as a whole field line, or nothing.
    let serverLine: String
    let serverName: String?

    init(
        limits: HTTPLimits,
        http2Limits: HTTP2Limits = HTTP2Limits(),
        handler: any Handler<Request, Response>,
        logger: Logger,
        serverName: String?,
        metrics: (any MetricsFactory)? = nil
    ) {
        sharedLimits = SharedLimits(limits)
        self.http2Limits = SharedHTTP2Limits(http2Limits)
        headTicks = TickTimers.ticks(in: limits.headTimeout)
        keepAliveTicks = TickTimers.ticks(in: limits.keepAliveTimeout)
        self.handler = handler
        resolver = handler as? any ResolvingHandler
        synchronousHandler = handler as? any SynchronousHandler<Request, Response>
        relayHandler = handler as? any RelayHandler
        self.logger = logger
        self.metrics = metrics
        self.serverName = serverName
        serverLine = serverName.map { "Server: \($0)\r\n" } ?? ""
    }

    var limits: HTTPLimits { sharedLimits.values }

    /// Counts that a defence of HTTP/2 struck, as `http.server.http2.defences`.
    ///
    /// The instrument is asked for each time: it is an attack, not a request.
    func count(_ defence: HTTP2Defence) {
        Counter(
            label: "http.server.http2.defences",
            dimensions: [("defence", defence.rawValue)],
            factory: metrics ?? MetricsSystem.factory
        ).increment()
    }

    /// What answers a request that has only been read yet; a router has then written into it what
    /// it found.
    func resolve(_ content: RequestContent, scope: any CallScope) -> ResolvedHandler {
        if let found = resolver?.resolve(content, scope: scope) { return found }
        if let synchronousHandler { return .synchronous(synchronousHandler) }
        if let relayHandler { return .relayed(relayHandler) }
        return .asynchronous(handler)
    }

    /// The response for an error that a handler threw.
    func response(to error: any Error, context: CallContext) -> Response {
        if let error = error as? HTTPError {
            if error.status.isServersFailure {
                logger.error("A request failed.", metadata: ["error": "\(error)"])
            }
            return error.response()
        }
        if error is CancellationError {
            return HTTPError(
                .serviceUnavailable,
                detail: "The request was cancelled before it was answered."
            ).response()
        }
        logger.error("A handler threw.", metadata: ["error": "\(error)"])
        return HTTPError(.internalServerError).response()
    }
}

/// A handler that may suspend, and the request for it.
struct TaskWork {
    let request: Request
    let handler: any Handler<Request, Response>
}

/// What the connections of one loop share: the date line, made once a second.
// Sound because it is touched on its loop only.
final class ServerLoop: @unchecked Sendable {
    /// What the task that is being started is for; the task takes it at once.
    @exclusivity(unchecked) var starting: TaskWork?
    /// The answer that a task is being started to send.
    @exclusivity(unchecked) var sending: Response?
    @exclusivity(unchecked) private var seconds: Int64 = -1
    @exclusivity(unchecked) private var line = ByteBuffer()
    @exclusivity(unchecked) private var value = ""

    /// `Date: …` with its CRLF.
    func dateLine(_ now: Int64) -> ByteBuffer {
        update(now)
        return line
    }

    /// The value of `Date`.
    func date(_ now: Int64) -> String {
        update(now)
        return value
    }

    private func update(_ now: Int64) {
        guard now != seconds else { return }
        seconds = now
        value = HTTPDate.format(secondsSince1970: now)
        line.clear()
        line.writeStaticString("Date: ")
        line.writeString(value)
        line.writeStaticString("\r\n")
    }
}

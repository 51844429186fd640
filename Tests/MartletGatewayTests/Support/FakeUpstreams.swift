import HTTPTypes
import MartletCore
import MartletGateway
import MartletHTTP
import Synchronization

/// Upstreams without sockets: remembers what is sent to them and answers what a test says.
final class FakeUpstreams: Handler {
    typealias Answer = @Sendable (Request, CallContext) async throws -> Response

    private let sent = Mutex<[Request]>([])
    private let contexts = Mutex<[CallContext]>([])
    private let answer: Answer

    init(_ answer: @escaping Answer = { _, _ in Response("hello") }) {
        self.answer = answer
    }

    var requests: [Request] { sent.withLock { $0 } }
    var lastContext: CallContext? { contexts.withLock(\.last) }
    /// Whom each request was sent to.
    var authorities: [String] { requests.map(\.authority) }

    func handle(_ request: Request, context: CallContext) async throws -> Response {
        sent.withLock { $0.append(request) }
        contexts.withLock { $0.append(context) }
        return try await answer(request, context)
    }
}

extension GatewayConfiguration {
    /// A configuration with one route to `upstreams`.
    static func single(
        _ upstreams: String...,
        change: (inout GatewayRoute) -> Void = { _ in }
    ) -> GatewayConfiguration {
        var route = GatewayRoute(upstreams: upstreams.compactMap { UpstreamAddress($0) })
        change(&route)
        return GatewayConfiguration(routes: [route])
    }
}

extension Gateway where Transport == FakeUpstreams {
    /// A gateway on `configuration`.
    static func make(
        _ configuration: GatewayConfiguration,
        _ upstreams: FakeUpstreams,
        clock: any MonotonicClock = ContinuousClock()
    ) throws -> Gateway {
        Gateway(
            LiveRoutes(try RoutingTable(configuration, clock: clock)),
            transport: upstreams,
            clock: clock
        )
    }
}

extension Handler where Request == MartletHTTP.Request, Response == MartletHTTP.Response {
    /// What the handler answers or, as a response, throws.
    func answer(
        _ request: Request,
        context: CallContext = CallContext()
    ) async throws -> Response {
        do {
            return try await handle(request, context: context)
        } catch let error as HTTPError {
            return error.response()
        }
    }

    /// The error that the handler throws.
    func failure(_ request: Request) async throws -> HTTPError? {
        do {
            _ = try await handle(request, context: CallContext())
            return nil
        } catch let error as HTTPError {
            return error
        }
    }
}

import HTTPTypes
public import MartletCore

/// The handler that a ``Router`` compiles to: immutable, and shared by all event loops.
///
/// It sets the request's ``Request/route`` and ``Request/parameters`` before it calls the route's
/// handler. Finding a route takes one pass over the path and allocates nothing.
public struct CompiledRouter: ResolvingHandler {
    let table: RouteTable

    init(_ table: RouteTable) {
        self.table = table
    }

    /// The names of all routes, such as `GET /users/{id}`, in the order of their registration;
    /// `ANY` stands for a route without a method.
    public var routes: [String] { table.names }

    /// Answers a request with the route that it belongs to.
    ///
    /// - Throws: ``HTTPError`` with 404 when no pattern matches, 405 when the pattern has no route
    ///   for the method, and 400 when the path is unsafe; else what the route throws.
    public func handle(_ request: Request, context: CallContext) async throws -> Response {
        var request = request
        let route = route(&request)
        context.scope?.setLabel(route.label)
        return try await route.handler.handle(request, context: context)
    }

    /// Finds what answers a request that has only been read yet, before a task is made for it.
    ///
    /// Writes what it found into `content`, which no ``Request`` may hold; allocates nothing.
    package func resolve(_ content: RequestContent, scope: (any CallScope)?) -> ResolvedHandler? {
        let route = find(content.method, content.target, &content.parameters)
        scope?.setLabel(route.label)
        if let handler = route.synchronousHandler { return .synchronous(handler) }
        return .asynchronous(route.handler)
    }

    /// Finds the route of a request and writes into the request what it found.
    func route(_ request: inout Request) -> CompiledRoute {
        find(request.method, request.target, &request.parameters)
    }

    private func find(
        _ method: HTTPRequest.Method,
        _ target: String,
        _ parameters: inout PathParameters
    ) -> CompiledRoute {
        var captures = RouteCaptures()
        let found = table.find(method, target, captures: &captures)
        let route = table.routes[found]
        parameters = PathParameters(target: target, route: route.named, captures: captures)
        return route
    }
}

/// What answers a request.
package enum ResolvedHandler {
    /// Answers at once.
    case synchronous(any SynchronousHandler<Request, Response>)
    /// Passes the request on, and needs no task while it waits.
    case relayed(any RelayHandler)
    /// May suspend, and needs a task.
    case asynchronous(any Handler<Request, Response>)
}

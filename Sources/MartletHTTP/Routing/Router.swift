public import HTTPTypes
public import MartletCore

/// The routes of a server: patterns of paths, and what answers them.
///
/// A router is a value that is filled when a service starts and then compiled into an immutable
/// ``CompiledRouter``, which is the handler to give to a server.
///
/// ```swift
/// var router = Router()
/// router.get("/hello") { _, _ in "Hello, World!" }
/// router.group("/api", middleware: Authentication()) { api in
///     api.get("/users/{id}") { request, _ in
///         try request.parameters.require("id", as: Int.self).description
///     }
/// }
/// let handler = try router.compile()
/// ```
///
/// # Patterns
///
/// A pattern begins with `/`. A segment is literal text, a parameter `{name}`, which matches one
/// segment that is not empty, or, at the end only, a catch-all `{name...}`, which matches the rest
/// of the path, slashes and all, and also when there is no rest. A segment is a parameter as a
/// whole or not at all: `{id}.json` is refused.
///
/// # Which route answers
///
/// A path belongs to the most specific pattern that matches it, compared segment by segment from
/// the left: literal before parameter before catch-all. A literal that leads nowhere does not hide
/// a parameter: with `/a/{x}/c` and `/a/b/d`, the path `/a/b/c` is answered by the first. The
/// method is looked at after the path: a path whose most specific pattern lacks the method is
/// answered with 405 and `Allow`, even when a less specific pattern has it. A route registered for
/// any method is used when its pattern has none for the request's own.
///
/// HEAD is answered by the GET route of the same pattern, and OPTIONS with 204 and `Allow`, unless
/// they are registered themselves.
///
/// # How paths compare
///
/// Patterns and paths compare in the normal form of RFC 3986 §6.2.2: the percent-encoding of an
/// unreserved character equals the character, and hexadecimal digits have no case. `%2F` never
/// separates segments. A path with a `.` or `..` segment, encoded or not, or with a broken
/// percent-encoding is answered with 400. Letters have case. A slash at the end counts:
/// `/users` and `/users/` are two paths, and register two routes when both are wanted.
///
/// # Middleware
///
/// The middleware of a router is around each of its routes, whether registered before or after
/// ``use(_:)``, and around the router's own answers: 404, 405 and the automatic OPTIONS. The
/// middleware of a group is inside that of the router around it. For 405 and OPTIONS the group of
/// the pattern's first route counts.
public struct Router: Sendable {
    /// The most parameters that one pattern may have: 16.
    public static let maximumParameters = 16

    /// The name of the catch-all parameter of a mounted handler: `path`.
    public static let mountParameter = "path"

    enum Entry: Sendable {
        case route(HTTPRequest.Method?, pattern: String, any Handler<Request, Response>)
        /// A handler for any method that no layer is around.
        case bare(pattern: String, any Handler<Request, Response>)
        case group(prefix: String, Router)
    }

    /// The layers around every route, the outermost first.
    var layers: [any Middleware<Request, Response>] = []
    /// What was registered, in its order.
    var entries: [Entry] = []

    /// Makes a router without routes.
    public init() {}

    /// Puts a middleware around every route of this router, inside those put before it.
    public mutating func use(_ middleware: some Middleware<Request, Response>) {
        layers.append(middleware)
    }

    /// Puts layers around every route of this router, outside of those that are there.
    package mutating func useOutermost(_ outermost: [any Middleware<Request, Response>]) {
        layers = outermost + layers
    }

    /// Registers a handler for everything below a path that no layer is around.
    package mutating func mountOutsideLayers(
        _ prefix: String,
        _ handler: some Handler<Request, Response>
    ) {
        entries.append(.bare(pattern: prefix + "/{\(Router.mountParameter)...}", handler))
    }

    /// Registers a handler.
    ///
    /// - Parameters:
    ///   - method: The method to answer, or nil for any.
    ///   - pattern: The pattern of the paths to answer.
    ///   - handler: What answers.
    public mutating func on(
        _ method: HTTPRequest.Method?,
        _ pattern: String,
        _ handler: some Handler<Request, Response>
    ) {
        entries.append(.route(method, pattern: pattern, handler))
    }

    /// Registers a closure.
    ///
    /// - Parameters:
    ///   - method: The method to answer, or nil for any.
    ///   - pattern: The pattern of the paths to answer.
    ///   - answer: Answers a request with whatever can become a response.
    public mutating func on<Output: ResponseConvertible>(
        _ method: HTTPRequest.Method?,
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        entries.append(.route(method, pattern: pattern, RouteClosure(answer)))
    }

    /// Registers a closure that does not suspend, and so needs no task to run in.
    ///
    /// - Parameters:
    ///   - method: The method to answer, or nil for any.
    ///   - pattern: The pattern of the paths to answer.
    ///   - answer: Answers a request with whatever can become a response.
    public mutating func on<Output: ResponseConvertible>(
        _ method: HTTPRequest.Method?,
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        entries.append(.route(method, pattern: pattern, SynchronousRouteClosure(answer)))
    }

    /// Registers a handler for everything at and below a path, whatever the method.
    ///
    /// The request's target stays as it was sent; what lies below the prefix is the path parameter
    /// named ``mountParameter``, which a request for the prefix itself does not have. More
    /// specific routes below the prefix go first.
    ///
    /// - Parameters:
    ///   - prefix: The path, without a slash at the end; `/` for all paths.
    ///   - handler: What answers.
    public mutating func mount(_ prefix: String, _ handler: some Handler<Request, Response>) {
        let base = prefix == "/" ? "" : prefix
        if !base.isEmpty {
            on(nil, base, handler)
        }
        on(nil, base + "/{\(Router.mountParameter)...}", handler)
    }

    /// Registers routes that share a prefix.
    ///
    /// - Parameters:
    ///   - prefix: What the patterns of the group begin with, without a slash at the end; it may
    ///     have parameters.
    ///   - build: Registers the routes, and puts middleware around them with ``use(_:)``.
    public mutating func group(_ prefix: String, _ build: (inout Router) throws -> Void) rethrows {
        var group = Router()
        try build(&group)
        add(prefix, group)
    }

    /// Registers routes that share a prefix and a middleware.
    ///
    /// - Parameters:
    ///   - prefix: What the patterns of the group begin with, without a slash at the end; it may
    ///     have parameters, and be empty.
    ///   - middleware: The layer around every route of the group; join several with
    ///     `Middleware.around(_:)`.
    ///   - build: Registers the routes.
    public mutating func group(
        _ prefix: String = "",
        middleware: some Middleware<Request, Response>,
        _ build: (inout Router) throws -> Void
    ) rethrows {
        var group = Router()
        group.use(middleware)
        try build(&group)
        add(prefix, group)
    }

    /// Registers all routes of another router, with its middleware, below a prefix.
    public mutating func add(_ prefix: String, _ router: Router) {
        entries.append(.group(prefix: prefix, router))
    }

    /// Checks every route and makes the handler that answers them.
    ///
    /// - Throws: ``RouterError`` that names the pattern, and both of two that conflict.
    public func compile() throws(RouterError) -> CompiledRouter {
        var compilation = RouteCompilation()
        try compilation.add(self, prefix: "", layers: [])
        return CompiledRouter(compilation.finish(layers: layers))
    }
}

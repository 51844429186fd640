public import HTTPTypes
public import MartletCore
public import MartletHTTP

extension Service {
    /// Registers a closure that answers a method, or any method when it is nil, at a pattern.
    ///
    /// `Router` says what a pattern is.
    public mutating func on<Output: ResponseConvertible>(
        _ method: HTTPRequest.Method?,
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        router.on(method, pattern, answer)
    }

    /// Registers a closure that answers GET, and HEAD unless that has a route of its own.
    public mutating func get<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        router.get(pattern, answer)
    }

    /// Registers a closure that answers POST.
    public mutating func post<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        router.post(pattern, answer)
    }

    /// Registers a closure that answers PUT.
    public mutating func put<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        router.put(pattern, answer)
    }

    /// Registers a closure that answers PATCH.
    public mutating func patch<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        router.patch(pattern, answer)
    }

    /// Registers a closure that answers DELETE.
    public mutating func delete<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        router.delete(pattern, answer)
    }

    /// Puts a middleware around every route, inside the standard layers and those put before it.
    public mutating func use(_ middleware: some Middleware<Request, Response>) {
        router.use(middleware)
    }

    /// Registers routes that share a prefix.
    public mutating func group(
        _ prefix: String,
        _ build: (inout Router) throws -> Void
    ) rethrows {
        try router.group(prefix, build)
    }
}

// Closures that do not suspend: the compiler chooses these for a closure without `await`, which
// then needs no task to run in.
extension Service {
    /// Registers a closure that answers a method, or any method when it is nil, at a pattern,
    /// without suspending.
    ///
    /// `Router` says what a pattern is.
    public mutating func on<Output: ResponseConvertible>(
        _ method: HTTPRequest.Method?,
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        router.on(method, pattern, answer)
    }

    /// Registers a closure that answers GET without suspending.
    public mutating func get<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        router.get(pattern, answer)
    }

    /// Registers a closure that answers POST without suspending.
    public mutating func post<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        router.post(pattern, answer)
    }

    /// Registers a closure that answers PUT without suspending.
    public mutating func put<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        router.put(pattern, answer)
    }

    /// Registers a closure that answers PATCH without suspending.
    public mutating func patch<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        router.patch(pattern, answer)
    }

    /// Registers a closure that answers DELETE without suspending.
    public mutating func delete<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        router.delete(pattern, answer)
    }
}

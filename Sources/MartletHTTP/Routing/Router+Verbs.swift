import HTTPTypes
public import MartletCore

extension Router {
    /// Registers a closure that answers GET.
    ///
    /// Also answers HEAD, unless a HEAD route is registered for the pattern.
    public mutating func get<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        on(.get, pattern, answer)
    }

    /// Registers a closure that answers POST.
    public mutating func post<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        on(.post, pattern, answer)
    }

    /// Registers a closure that answers PUT.
    public mutating func put<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        on(.put, pattern, answer)
    }

    /// Registers a closure that answers PATCH.
    public mutating func patch<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        on(.patch, pattern, answer)
    }

    /// Registers a closure that answers DELETE.
    public mutating func delete<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        on(.delete, pattern, answer)
    }

    /// Registers a closure that answers HEAD.
    public mutating func head<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        on(.head, pattern, answer)
    }

    /// Registers a closure that answers OPTIONS.
    ///
    /// Replaces the automatic answer of 204 with `Allow`.
    public mutating func options<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) async throws -> Output
    ) {
        on(.options, pattern, answer)
    }
}

// Closures that do not suspend: the compiler chooses these for a closure without `await`, which
// then needs no task to run in.
extension Router {
    /// Registers a closure that answers GET without suspending.
    ///
    /// Also answers HEAD, unless a HEAD route is registered for the pattern.
    public mutating func get<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        on(.get, pattern, answer)
    }

    /// Registers a closure that answers POST without suspending.
    public mutating func post<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        on(.post, pattern, answer)
    }

    /// Registers a closure that answers PUT without suspending.
    public mutating func put<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        on(.put, pattern, answer)
    }

    /// Registers a closure that answers PATCH without suspending.
    public mutating func patch<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        on(.patch, pattern, answer)
    }

    /// Registers a closure that answers DELETE without suspending.
    public mutating func delete<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        on(.delete, pattern, answer)
    }

    /// Registers a closure that answers HEAD without suspending.
    public mutating func head<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        on(.head, pattern, answer)
    }

    /// Registers a closure that answers OPTIONS without suspending.
    ///
    /// Replaces the automatic answer of 204 with `Allow`.
    public mutating func options<Output: ResponseConvertible>(
        _ pattern: String,
        _ answer: @escaping @Sendable (Request, CallContext) throws -> Output
    ) {
        on(.options, pattern, answer)
    }
}

extension Router {
    /// Registers a handler that answers GET.
    ///
    /// Also answers HEAD, unless a HEAD route is registered for the pattern.
    public mutating func get(_ pattern: String, _ handler: some Handler<Request, Response>) {
        on(.get, pattern, handler)
    }

    /// Registers a handler that answers POST.
    public mutating func post(_ pattern: String, _ handler: some Handler<Request, Response>) {
        on(.post, pattern, handler)
    }

    /// Registers a handler that answers PUT.
    public mutating func put(_ pattern: String, _ handler: some Handler<Request, Response>) {
        on(.put, pattern, handler)
    }

    /// Registers a handler that answers PATCH.
    public mutating func patch(_ pattern: String, _ handler: some Handler<Request, Response>) {
        on(.patch, pattern, handler)
    }

    /// Registers a handler that answers DELETE.
    public mutating func delete(_ pattern: String, _ handler: some Handler<Request, Response>) {
        on(.delete, pattern, handler)
    }

    /// Registers a handler that answers HEAD.
    public mutating func head(_ pattern: String, _ handler: some Handler<Request, Response>) {
        on(.head, pattern, handler)
    }

    /// Registers a handler that answers OPTIONS.
    ///
    /// Replaces the automatic answer of 204 with `Allow`.
    public mutating func options(_ pattern: String, _ handler: some Handler<Request, Response>) {
        on(.options, pattern, handler)
    }
}

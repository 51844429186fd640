import HTTPTypes
public import MartletCore
public import MartletHTTP

/// Lets only those callers through who fulfil a requirement.
///
/// A caller who is known but does not fulfil it gets `HTTPError` 403, with the scopes that are
/// missing when there are any (RFC 6750 §3.1); one who is not known gets 401. Put this layer
/// inside of ``Authentication``.
public struct Authorization: Middleware {
    private let requirement: Requirement

    /// Makes the layer.
    ///
    /// - Parameter requirement: What callers have to be or to have.
    public init(_ requirement: Requirement) {
        self.requirement = requirement
    }

    /// Handles the request of a caller who fulfils the requirement.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        guard let identity = context.identity else {
            throw HTTPError(
                .unauthorized,
                detail: "The request has no credentials.",
                headers: [.wwwAuthenticate: "Bearer"]
            )
        }
        guard requirement.isFulfilled(by: identity) else {
            throw HTTPError(
                .forbidden,
                detail: "This needs \(requirement.description).",
                headers: challenge(identity)
            )
        }
        return try await next.handle(request, context: context)
    }

    private func challenge(_ identity: Identity) -> Headers {
        guard identity.scheme == "bearer", !requirement.scopes.isEmpty else { return [:] }
        let scope = requirement.scopes.joined(separator: " ")
        return [
            .wwwAuthenticate: Challenge.make(
                "Bearer",
                [("error", "insufficient_scope"), ("scope", scope)]
            )
        ]
    }
}

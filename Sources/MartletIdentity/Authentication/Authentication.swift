import HTTPTypes
public import MartletCore
public import MartletHTTP

/// Establishes who makes a request, and refuses who cannot say.
///
/// The authenticators are asked in their order, and the first that finds credentials decides. The
/// caller goes into `CallContext.identity`, which ``Authorization`` and handlers look at.
/// Without accepted credentials the layer throws `HTTPError` 401 with the challenges of
/// all authenticators (RFC 9110 §11.6.1); 503 when credentials cannot be checked because
/// keys are not to be had.
///
/// With ``Presence/optional`` a request without any credentials goes on without an identity; bad
/// credentials are refused all the same, so that nobody is served as a stranger by mistake.
public struct Authentication: Middleware {
    /// Whether credentials have to be there.
    public struct Presence: Hashable, Sendable {
        private let isRequired: Bool

        /// A request without credentials is refused.
        public static let required = Presence(isRequired: true)

        /// A request without credentials goes on without an identity.
        public static let optional = Presence(isRequired: false)
    }

    private let authenticators: [any Authenticator]
    private let presence: Presence

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - authenticators: The ways to prove who calls; at least one.
    ///   - presence: Whether credentials have to be there.
    public init(_ authenticators: any Authenticator..., presence: Presence = .required) {
        precondition(!authenticators.isEmpty, "there is at least one way to authenticate")
        self.authenticators = authenticators
        self.presence = presence
    }

    /// Handles the request with the caller's identity.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        var context = context
        context.identity = nil
        for authenticator in authenticators {
            do {
                context.identity = try await authenticator.authenticate(request, context: context)
            } catch let error as AuthenticationError {
                throw refusal(error.message, by: authenticator, error)
            } catch let error as TokenError where error.code == .keysUnavailable {
                throw HTTPError(.serviceUnavailable, cause: error)
            }
            if context.identity != nil { break }
        }
        if context.identity == nil, presence == .required {
            throw refusal("The request has no credentials.")
        }
        return try await next.handle(request, context: context)
    }

    private func refusal(
        _ detail: String,
        by failed: (any Authenticator)? = nil,
        _ error: AuthenticationError? = nil
    ) -> HTTPError {
        var headers = Headers()
        if let challenge = error?.challenge ?? failed?.challenge {
            headers.append(challenge, for: .wwwAuthenticate)
        }
        if error?.challenge == nil {
            for challenge in authenticators.compactMap(\.challenge)
            where challenge != failed?.challenge {
                headers.append(challenge, for: .wwwAuthenticate)
            }
        }
        return HTTPError(.unauthorized, detail: detail, headers: headers, cause: error)
    }
}

import HTTPTypes
public import MartletCore

/// Lets web pages of other origins use this server (the Fetch standard, §3.2, "CORS protocol").
///
/// A preflight from an allowed origin is answered here with 204, one from another origin with
/// `HTTPError` 403. Any other request goes on, and its response, or the `HTTPError` that is thrown
/// instead, gets the fields that let the page read it, when its origin is allowed. CORS does not
/// protect a server: a request of a foreign page is carried out all the same, only its
/// response is kept from the page.
///
/// `Vary: Origin` goes with every response that depends on the origin, so that caches keep them
/// apart. Put this layer outside of authentication, because preflights carry no credentials.
public struct CORS: SynchronousMiddleware {
    /// What arrives.
    public typealias Request = MartletHTTP.Request
    /// What is answered.
    public typealias Response = MartletHTTP.Response

    private let configuration: Configuration
    private let preflight: CORSPreflight
    private let exposedHeaders: String

    /// Makes the layer.
    ///
    /// - Parameter configuration: What other origins may do.
    /// - Throws: ``CORSConfigurationError`` when every origin is allowed with credentials, or an
    ///   exact origin is not one.
    public init(_ configuration: Configuration) throws(CORSConfigurationError) {
        try Self.check(configuration)
        self.init(checked: configuration)
    }

    /// Makes the layer that lets every origin in, without credentials.
    public init() {
        self.init(checked: Configuration())
    }

    private init(checked configuration: Configuration) {
        self.configuration = configuration
        preflight = CORSPreflight(configuration)
        exposedHeaders = configuration.exposedHeaders.map(\.rawName).joined(separator: ", ")
    }

    /// Answers a preflight; lets every other request through.
    public func open(_ request: Request, context: inout CallContext) throws -> Response? {
        guard request.method == .options, let origin = request.headers[.origin],
            CORSPreflight.isPreflight(request)
        else { return nil }
        return try answerPreflight(request, origin: origin, allowed: allowedOrigin(for: origin))
    }

    /// Marks the response for the origin that asks.
    public func close(_ response: inout Response, request: Request, context: CallContext) {
        mark(&response.headers, for: request)
    }

    /// Marks an `HTTPError` for the origin that asks.
    public func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response {
        guard var error = error as? HTTPError else { throw error }
        mark(&error.headers, for: request)
        throw error
    }

    private func answerPreflight(
        _ request: Request,
        origin: String,
        allowed: String?
    ) throws -> Response {
        guard let allowed else {
            var error = HTTPError(.forbidden, detail: "The origin '\(origin)' is not allowed.")
            varyByOrigin(&error.headers)
            throw error
        }
        var headers = preflight.headers(for: request)
        headers[.accessControlAllowOrigin] = allowed
        if configuration.allowsCredentials {
            headers[.accessControlAllowCredentials] = "true"
        }
        varyByOrigin(&headers)
        return Response(.noContent, headers: headers)
    }

    /// The value of `Access-Control-Allow-Origin`; nil when the origin is not allowed.
    private func allowedOrigin(for origin: String) -> String? {
        switch configuration.origins.kind {
        case .any: "*"
        case .exact(let origins): origins.contains(origin) ? origin : nil
        case .matching(let predicate): predicate(origin) ? origin : nil
        }
    }

    private func mark(_ headers: inout Headers, for request: Request) {
        varyByOrigin(&headers)
        guard let origin = request.headers[.origin], let allowed = allowedOrigin(for: origin) else {
            return
        }
        headers[.accessControlAllowOrigin] = allowed
        if configuration.allowsCredentials {
            headers[.accessControlAllowCredentials] = "true"
        }
        if !exposedHeaders.isEmpty {
            headers[.accessControlExposeHeaders] = exposedHeaders
        }
    }

    private func varyByOrigin(_ headers: inout Headers) {
        if case .any = configuration.origins.kind { return }
        headers.addVary(.origin)
    }

    private static func check(_ configuration: Configuration) throws(CORSConfigurationError) {
        switch configuration.origins.kind {
        case .any where configuration.allowsCredentials:
            throw CORSConfigurationError(
                code: .anyOriginWithCredentials,
                message: "CORS: credentials need origins that are named; every origin is allowed."
            )
        case .exact(let origins):
            for origin in origins where !isOrigin(origin) {
                throw CORSConfigurationError(
                    code: .malformedOrigin,
                    message: "CORS: '\(origin)' is not an origin such as https://app.example.com."
                )
            }
        case .any, .matching:
            break
        }
    }

    /// Whether a browser could send this: a scheme, `://`, a host, maybe a port, nothing else.
    private static func isOrigin(_ text: String) -> Bool {
        guard let mark = text.firstRange(of: "://"), mark.lowerBound > text.startIndex else {
            return false
        }
        let authority = text[mark.upperBound...]
        return !authority.isEmpty && text == text.lowercased()
            && !authority.utf8.contains { $0 <= 0x20 || "/?#@*,".utf8.contains($0) }
    }
}

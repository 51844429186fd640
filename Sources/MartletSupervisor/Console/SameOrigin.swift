import HTTPTypes
package import MartletCore
package import MartletHTTP

/// Lets only the console's own page use the console.
///
/// The console listens on a loopback address, but a browser also takes other sites' requests there:
///
/// - A request whose `Host` is not a name of the loopback address is refused, so that a site that
///   points its own name at 127.0.0.1 (DNS rebinding) reads nothing.
/// - A request that changes something needs the field `X-Martlet-Console`, which no other site
///   can send without a CORS preflight that nobody answers, and an `Origin`, when there is one,
///   that is the console's.
package struct SameOrigin: Middleware {
    /// The field that the page sends with whatever changes something.
    static let field = HTTPField.Name(known: "X-Martlet-Console")

    private static let hosts: Set<Substring> = ["127.0.0.1", "localhost", "[::1]"]
    private static let safeMethods: Set<HTTPRequest.Method> = [.get, .head]

    package init() {}

    package func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        guard Self.hosts.contains(Self.host(of: request.authority)) else {
            throw HTTPError(
                .misdirectedRequest,
                detail: "The console answers only to 127.0.0.1, localhost and [::1]."
            )
        }
        if !Self.safeMethods.contains(request.method) {
            guard request.headers.contains(Self.field) else {
                throw HTTPError(
                    .forbidden,
                    detail: "A request that changes something needs the field \(Self.field)."
                )
            }
            if let origin = request.headers[.origin] {
                guard origin == "\(request.scheme)://\(request.authority)" else {
                    throw HTTPError(.forbidden, detail: "The origin \(origin) is not the console.")
                }
            }
        }
        return try await next.handle(request, context: context)
    }

    /// The authority without its port.
    private static func host(of authority: String) -> Substring {
        let lowered = authority.lowercased()[...]
        if lowered.hasPrefix("["), let end = lowered.firstIndex(of: "]") {
            return lowered[...end]
        }
        return lowered.prefix { $0 != ":" }
    }
}

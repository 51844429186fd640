import HTTPTypes
public import MartletCore

/// Tells browsers to be strict with what this server sends.
///
/// A field that a handler has set itself stays. The fields go with an `HTTPError` too. See
/// ``Configuration`` for what they say by default, which is meant for services without pages.
public struct SecurityHeaders: Middleware {
    private let fields: [(name: HTTPField.Name, value: String)]
    private let strictTransportSecurity: String?

    /// Makes the layer.
    public init(_ configuration: Configuration = Configuration()) {
        let all: [(HTTPField.Name, String?)] = [
            (.xContentTypeOptions, configuration.contentTypeOptions),
            (.contentSecurityPolicy, configuration.contentSecurityPolicy),
            (.xFrameOptions, configuration.frameOptions),
            (.referrerPolicy, configuration.referrerPolicy),
            (.permissionsPolicy, configuration.permissionsPolicy),
            (.crossOriginOpenerPolicy, configuration.openerPolicy),
            (.crossOriginResourcePolicy, configuration.resourcePolicy),
        ]
        fields = all.compactMap { name, value in value.map { (name, $0) } }
        strictTransportSecurity = configuration.strictTransportSecurity
    }

    /// Adds the fields to the response.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        let isSecure = request.scheme == "https"
        do {
            var response = try await next.handle(request, context: context)
            add(to: &response.headers, isSecure: isSecure)
            return response
        } catch var error as HTTPError {
            add(to: &error.headers, isSecure: isSecure)
            throw error
        }
    }

    private func add(to headers: inout Headers, isSecure: Bool) {
        headers.reserveCapacity(fields.count + 1)
        for field in fields where !headers.contains(field.name) {
            headers.append(field.value, for: field.name)
        }
        if isSecure, let strictTransportSecurity, !headers.contains(.strictTransportSecurity) {
            headers.append(strictTransportSecurity, for: .strictTransportSecurity)
        }
    }
}

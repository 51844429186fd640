import HTTPTypes
public import MartletCore

/// Tells browsers to be strict with what this server sends.
///
/// A field that a handler has set itself stays. The fields go with an `HTTPError` too. See
/// ``Configuration`` for what they say by default, which is meant for services without pages.
public struct SecurityHeaders: SynchronousMiddleware {
    /// What arrives.
    public typealias Request = MartletHTTP.Request
    /// What is answered.
    public typealias Response = MartletHTTP.Response

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
    public func close(_ response: inout Response, request: Request, context: CallContext) {
        add(to: &response.headers, isSecure: request.scheme == "https")
    }

    /// Adds the fields to an `HTTPError`.
    public func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response {
        guard var error = error as? HTTPError else { throw error }
        add(to: &error.headers, isSecure: request.scheme == "https")
        throw error
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

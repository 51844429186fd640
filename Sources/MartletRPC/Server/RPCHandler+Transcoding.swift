import HTTPTypes
import MartletCore
import MartletHTTP

extension RPCHandler {
    /// A request that a rule is for.
    struct TranscodedCall {
        let path: TranscodingPath
        let route: TranscodingRoute
    }

    /// The rule that a request belongs to; nil when there is none for its path.
    ///
    /// - Throws: `HTTPError` with 405 when the path has rules for other methods only.
    func transcodedCall(_ request: Request) throws -> TranscodedCall? {
        guard !routes.isEmpty, let path = TranscodingPath(request.path) else { return nil }
        let found = routes.find(request.method, path)
        if let route = found.route { return TranscodedCall(path: path, route: route) }
        guard found.allowed.isEmpty else {
            let allow = found.allowed.joined(separator: ", ")
            throw HTTPError(
                .methodNotAllowed,
                detail: "This path answers \(allow).",
                headers: [.allow: allow]
            )
        }
        return nil
    }

    /// Answers a call that came as HTTP with JSON.
    ///
    /// - Throws: `HTTPError`, which says how the call failed.
    func transcode(
        _ request: Request,
        _ transcoded: TranscodedCall,
        context: CallContext
    ) async throws -> Response {
        let route = transcoded.route
        var context = context
        context.scope?.setLabel(route.method.label)
        do {
            try setTranscodedDeadline(from: request, &context)
            var request = request
            let fields = request.headers
            request.headers = service.configuration.transcodedMetadata(of: fields)
            let call = try RPCCall(
                method: route.method.name,
                request: request,
                context: context,
                service: service
            )
            let form = TranscodedForm(
                responseBody: route.rule.responseBody,
                isEvents: fields[.accept]?.contains("text/event-stream") == true,
                options: service.configuration.jsonEncoding
            )
            request.headers = fields
            return try await race(request, context) { request in
                let limit = service.configuration.maximumMessageSize
                let input = try await TranscodedRequest(
                    request,
                    transcoded.path,
                    route,
                    upTo: limit
                )
                do {
                    return try await route.transcoding.run(input.document, call, form)
                } catch let error as UndecodableDocument {
                    throw input.explanation(of: error.cause)
                }
            }
        } catch let error as HTTPError {
            throw error
        } catch {
            let name = route.method.name
            throw HTTPError(service.failure(error, method: name, context: context))
        }
    }

    private func setTranscodedDeadline(
        from request: Request,
        _ context: inout CallContext
    ) throws {
        if let value = request.headers[RPCFields.timeout], TimeoutValue.parse(value) == nil {
            throw TranscodedRequest.refusal(
                "grpc-timeout is not up to 8 digits and one of H, M, S, m, u, n."
            )
        }
        try service.setDeadline(from: request, &context)
    }
}

extension RPCConfiguration {
    private static let prefix = "grpc-metadata-"

    /// The metadata that the fields of an HTTP request are.
    func transcodedMetadata(of fields: Headers) -> Headers {
        var metadata = Headers()
        for (name, value) in fields {
            guard let field = HTTPField.Name(name) else { continue }
            if transcodedFields.contains(field) {
                metadata.append(value, for: field)
            } else if field.canonicalName.hasPrefix(Self.prefix),
                let inner = HTTPField.Name(String(name.dropFirst(Self.prefix.count))),
                !transcodedFields.contains(inner)
            {
                metadata.append(value, for: inner)
            }
        }
        return metadata
    }
}

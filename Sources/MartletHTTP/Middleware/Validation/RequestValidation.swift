public import HTTPTypes
public import MartletCore

/// Refuses requests that are not as a route declares, before its handler runs.
///
/// ```swift
/// RequestValidation(
///     contentTypes: [.json],
///     headers: [.required(.idempotencyKey, .length(1...128))],
///     query: [.optional("page", .integer(1...1_000))]
/// )
/// ```
///
/// A wrong media type is `HTTPError` 415; everything else that is wrong is named in one 400, fields
/// of the head as `header.NAME`, parameters of the query as `query.NAME`. A field or parameter that
/// comes several times is checked each time. Content is checked with ``Validatable``.
public struct RequestValidation: Middleware {
    /// A header field that is declared.
    public struct Header: Sendable {
        let name: HTTPField.Name
        let isRequired: Bool
        let rules: [ValidationRule<String>]

        /// A field that has to be there.
        public static func required(
            _ name: HTTPField.Name,
            _ rules: ValidationRule<String>...
        ) -> Header {
            Header(name: name, isRequired: true, rules: rules)
        }

        /// A field that may be there.
        public static func optional(
            _ name: HTTPField.Name,
            _ rules: ValidationRule<String>...
        ) -> Header {
            Header(name: name, isRequired: false, rules: rules)
        }
    }

    /// A parameter of the query that is declared.
    public struct Parameter: Sendable {
        let name: String
        let isRequired: Bool
        let rules: [ValidationRule<String>]

        /// A parameter that has to be there.
        public static func required(
            _ name: String,
            _ rules: ValidationRule<String>...
        ) -> Parameter {
            Parameter(name: name, isRequired: true, rules: rules)
        }

        /// A parameter that may be there.
        public static func optional(
            _ name: String,
            _ rules: ValidationRule<String>...
        ) -> Parameter {
            Parameter(name: name, isRequired: false, rules: rules)
        }
    }

    private let contentTypes: [MediaType]
    private let headers: [Header]
    private let query: [Parameter]

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - contentTypes: The media types that content may have, compared without parameters; any
    ///     when empty. A request without content needs none.
    ///   - headers: The header fields that are declared; others are let through.
    ///   - query: The parameters of the query that are declared; others are let through.
    public init(
        contentTypes: [MediaType] = [],
        headers: [Header] = [],
        query: [Parameter] = []
    ) {
        self.contentTypes = contentTypes
        self.headers = headers
        self.query = query
    }

    /// Handles the request when it is as declared.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        do {
            try checkContentType(request)
            try Validator.validate { check in
                checkHeaders(request.headers, &check)
                checkQuery(request.rawQuery, &check)
            }
        } catch {
            request.body.discard()
            throw error
        }
        return try await next.handle(request, context: context)
    }

    private func checkContentType(_ request: Request) throws {
        guard !contentTypes.isEmpty, !request.body.isEmpty else { return }
        let essence = request.contentType?.essence
        guard contentTypes.contains(where: { $0.essence == essence }) else {
            let accepted = contentTypes.map(\.essence).joined(separator: ", ")
            throw HTTPError(
                .unsupportedMediaType,
                detail: "The content has to be of type \(accepted).",
                headers: [.accept: accepted]
            )
        }
    }

    private func checkHeaders(_ fields: Headers, _ check: inout Validator) {
        for header in headers {
            let values = fields.values(of: header.name)
            if values.isEmpty, header.isRequired {
                check.fail("header.\(header.name.rawName)", "is missing")
            }
            for value in values {
                check.check("header.\(header.name.rawName)", value, header.rules)
            }
        }
    }

    private func checkQuery(_ rawQuery: Substring?, _ check: inout Validator) {
        guard !query.isEmpty else { return }
        let pairs = (rawQuery ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: parts[0], value: parts.count > 1 ? parts[1] : "")
        }
        for parameter in query {
            let matching = pairs.filter {
                PercentCoding.decode($0.name, plusIsSpace: true) == parameter.name
            }
            if matching.isEmpty, parameter.isRequired {
                check.fail("query.\(parameter.name)", "is missing")
            }
            for pair in matching {
                guard let value = PercentCoding.decode(pair.value, plusIsSpace: true) else {
                    check.fail("query.\(parameter.name)", "has a broken percent-encoding")
                    continue
                }
                check.check("query.\(parameter.name)", value, parameter.rules)
            }
        }
    }
}

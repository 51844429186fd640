import HTTPTypes
import MartletHTTP
import NIOCore

/// Makes the JSON of a request message of an HTTP request's path, query and content.
struct TranscodedRequest {
    /// A field that the path or the query has.
    private struct Given {
        var path: [String]
        var name: String
        var value: ByteBuffer
    }

    private let route: TranscodingRoute
    private var given: [Given] = []
    private var fromPath = TranscodedMembers()
    private var fromQuery = TranscodedMembers()
    private var content = ByteBuffer()
    /// The content's members, without braces.
    private var members = ByteBuffer()
    private var mistakes: [HTTPError.FieldError] = []

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - request: The request; its content is read whole.
    ///   - path: Its path.
    ///   - route: The route that it belongs to.
    ///   - limit: The most bytes of the content.
    /// - Throws: `HTTPError`: 400 that names the fields which are wrong, 413, 415; what reading
    ///   throws.
    init(
        _ request: Request,
        _ path: TranscodingPath,
        _ route: TranscodingRoute,
        upTo limit: Int
    ) async throws {
        self.route = route
        readPath(path)
        try readQuery(request)
        guard mistakes.isEmpty else {
            request.body.discard()
            throw Self.refusal(mistakes)
        }
        try await readContent(request, upTo: limit)
    }

    /// The document: what the query says, the content, and last, so that it wins, the path.
    var document: ByteBuffer {
        if isContent { return content }
        var json = ByteBuffer()
        json.reserveCapacity(content.readableBytes + 256)
        json.writeStaticString("{")
        fromQuery.write(to: &json)
        if content.readableBytes > 0, let body = route.rule.body {
            if body == "*" {
                json.writeImmutableBuffer(members)
            } else {
                if !fromQuery.isEmpty { json.writeStaticString(",") }
                json.writeJSONString(body)
                json.writeStaticString(":")
                json.writeImmutableBuffer(content)
            }
        }
        if !fromPath.isEmpty {
            if json.readableBytes > 1 { json.writeStaticString(",") }
            fromPath.write(to: &json)
        }
        json.writeStaticString("}")
        return json
    }

    /// Whether the content alone is the message, of whatever type its JSON is.
    private var isContent: Bool {
        route.rule.body == "*" && route.template.variables.isEmpty && content.readableBytes > 0
    }
}

// MARK: - Path and query

extension TranscodedRequest {
    private mutating func readPath(_ path: TranscodingPath) {
        let segments = route.template.verb == nil ? path.segments : path.withoutVerb
        for variable in route.template.variables {
            var range = variable.segments
            if route.template.segments[range.upperBound - 1] == .rest {
                range = range.lowerBound..<max(segments.count, range.upperBound - 1)
            }
            let text = TranscodingPath.value(
                of: segments[range],
                isMultiple: variable.isMultiple
            )
            take(text, at: variable.field, isFromPath: true)
        }
    }

    private mutating func readQuery(_ request: Request) throws {
        for (name, value) in try request.query {
            let path = name.split(separator: ".", omittingEmptySubsequences: false)
                .map(String.init)
            if route.rule.body == "*" {
                mistake(name, "is not taken from the query, as all fields are in the content")
            } else if let body = route.rule.body, Self.overlap(path, [body]) {
                mistake(name, "is a field of the content")
            } else if route.template.variables.contains(where: { Self.overlap(path, $0.field) }) {
                mistake(name, "is a field of the path")
            } else {
                take(value, at: path, isFromPath: false)
            }
        }
    }

    /// Whether one field is the other or a part of it, in either spelling of names.
    private static func overlap(_ left: [String], _ right: [String]) -> Bool {
        let plain = { (name: String) in name.filter { $0 != "_" }.lowercased() }
        return zip(left, right).allSatisfy { plain($0) == plain($1) }
    }

    private mutating func take(_ text: String, at path: [String], isFromPath: Bool) {
        let name = path.joined(separator: ".")
        guard let field = route.transcoding.request.field(at: path) else {
            return mistake(name, "is no field of the request")
        }
        guard field.kind != .message else {
            return mistake(name, "is a message; only its fields can be given here")
        }
        guard let value = Self.json(text, field.kind) else {
            return mistake(name, "is neither true nor false")
        }
        given.append(
            Given(path: path, name: name, value: field.isRepeated ? Self.list(value) : value)
        )
        let isNew =
            isFromPath
            ? fromPath.add(value, at: path[...], isRepeated: field.isRepeated)
            : fromQuery.add(value, at: path[...], isRepeated: field.isRepeated)
        if !isNew { mistake(name, "is given more than once") }
    }

    private static func list(_ value: ByteBuffer) -> ByteBuffer {
        var list = ByteBuffer(string: "[")
        list.writeImmutableBuffer(value)
        list.writeStaticString("]")
        return list
    }

    /// The JSON of a text for a field of this kind; nil when it has none.
    private static func json(_ text: String, _ kind: MessageShape.Kind) -> ByteBuffer? {
        var json = ByteBuffer()
        switch kind {
        case .bool:
            guard text == "true" || text == "false" else { return nil }
            json.writeString(text)
        case .enumeration where Int32(text) != nil:
            json.writeString(Int32(text)?.description ?? text)
        case .text, .enumeration, .message:
            json.writeJSONString(text)
        }
        return json
    }

    private mutating func mistake(_ name: String, _ reason: String) {
        let shown = String(name.prefix(128))
        guard !mistakes.contains(where: { $0.field == shown }), mistakes.count < 16 else { return }
        mistakes.append(HTTPError.FieldError(shown, reason))
    }
}

// MARK: - Content

extension TranscodedRequest {
    private mutating func readContent(_ request: Request, upTo limit: Int) async throws {
        if !request.body.isEmpty, route.rule.body != nil {
            let type = request.headers[.contentType]
            guard let type, JSONMediaType.matches(type) else {
                request.body.discard()
                throw HTTPError(
                    .unsupportedMediaType,
                    detail: "Send Content-Type: application/json; this request has "
                        + (type.map { "'\($0)'." } ?? "none."),
                    headers: [.accept: "application/json"]
                )
            }
        }
        content = try await request.body.collect(upTo: limit)
        guard content.readableBytes > 0 else { return }
        guard let body = route.rule.body else {
            throw Self.refusal("The method takes no content by this path.")
        }
        if body == "*" {
            guard !isContent else { return }
            guard let found = JSONMembers.scan(content.readableBytesView) else {
                throw Self.refusal("The content is not a JSON object.")
            }
            if let first = found.first, let last = found.last {
                let range = first.key.lowerBound..<last.value.upperBound
                members = content.getSlice(at: range) ?? ByteBuffer()
            }
        } else {
            guard JSONMembers.isValue(content.readableBytesView) else {
                throw Self.refusal("The content is not JSON.")
            }
        }
    }

    /// The 400 for a document that is not the request's message: names what is wrong.
    ///
    /// Every part is tried alone, the content's members down to the one that is refused.
    func explanation(of error: any Error) -> HTTPError {
        let shape = route.transcoding.request
        let wrong = given.compactMap { given in
            shape.refusal(of: TranscodedMembers.document(given.value, at: given.path)).map {
                HTTPError.FieldError(given.name, DecodingReason.text($0))
            }
        }
        guard wrong.isEmpty else { return Self.refusal(Array(wrong.prefix(16))) }
        if 1...RefusedMember.maximumSize ~= content.readableBytes, let body = route.rule.body {
            let search = RefusedMember(shape: shape)
            if let found = search.find(in: content, at: body == "*" ? [] : [body]) {
                return Self.refusal([found])
            }
        }
        return Self.refusal("The request cannot be read: \(DecodingReason.text(error)).")
    }

    private static func refusal(_ fields: [HTTPError.FieldError]) -> HTTPError {
        let detail = fields.map { "'\($0.field)' \($0.reason)" }.joined(separator: "; ")
        var error = refusal("The request is not as expected: \(detail).")
        error.fields = fields
        return error
    }

    /// The 400 for a request that cannot be read.
    static func refusal(_ detail: String) -> HTTPError {
        let code = RPCStatus.Code.invalidArgument.rawValue
        return HTTPError(.badRequest, detail: detail, headers: [RPCFields.status: "\(code)"])
    }
}

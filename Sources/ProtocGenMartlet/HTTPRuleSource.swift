import SwiftProtobuf

/// The `google.api.http` annotation of a method, as the rules of the runtime.
struct HTTPRuleSource {
    /// One expression for each way to call the method.
    let expressions: [String]

    /// Reads what is said of a method.
    ///
    /// - Throws: ``GeneratorError`` for a rule without a pattern, or with more bindings in one of
    ///   its bindings.
    init(_ options: Google_Protobuf_MethodOptions, of method: String) throws {
        guard options.hasGoogle_Api_http else {
            expressions = []
            return
        }
        let rule = options.Google_Api_http
        guard rule.additionalBindings.allSatisfy(\.additionalBindings.isEmpty) else {
            throw GeneratorError(
                "\(method): the bindings of a google.api.http have none themselves"
            )
        }
        expressions = try ([rule] + rule.additionalBindings).map {
            try Self.expression($0, of: method)
        }
    }

    /// The argument of a registration; nil when there are no rules.
    var argument: String? {
        guard let first = expressions.first else { return nil }
        guard expressions.count > 1 else { return "http: [\(first)]" }
        return "http: [\n\(expressions.map { "    \($0),\n" }.joined())]"
    }

    private static func expression(
        _ rule: Google_Api_HttpRule,
        of method: String
    ) throws -> String {
        var arguments: [String]
        let function: String
        switch rule.pattern {
        case .get(let path): (function, arguments) = ("get", [quoted(path)])
        case .put(let path): (function, arguments) = ("put", [quoted(path)])
        case .post(let path): (function, arguments) = ("post", [quoted(path)])
        case .delete(let path): (function, arguments) = ("delete", [quoted(path)])
        case .patch(let path): (function, arguments) = ("patch", [quoted(path)])
        case .custom(let custom):
            (function, arguments) = ("custom", [quoted(custom.kind), quoted(custom.path)])
        case nil:
            throw GeneratorError("\(method): a google.api.http has no method and path")
        }
        guard rule.body.isEmpty || function != "get" else {
            throw GeneratorError("\(method): the google.api.http of a GET has no body")
        }
        if !rule.body.isEmpty { arguments.append("body: \(quoted(rule.body))") }
        if !rule.responseBody.isEmpty {
            arguments.append("responseBody: \(quoted(rule.responseBody))")
        }
        return ".\(function)(\(arguments.joined(separator: ", ")))"
    }

    /// A literal of Swift.
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case "\u{20}"..."\u{7E}": String(scalar)
            default: "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return "\"\(escaped.joined())\""
    }
}

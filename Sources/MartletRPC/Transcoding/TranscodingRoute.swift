import HTTPTypes
import MartletHTTP
import NIOCore

/// A rule and the method that it calls.
struct TranscodingRoute: Sendable {
    let rule: RPCHTTPRule
    let template: PathTemplate
    let method: RPCMethods.Method
    let transcoding: RPCTranscoding

    /// Checks a rule.
    ///
    /// - Throws: ``TranscodingError`` that says what is wrong with it.
    init(
        _ rule: RPCHTTPRule,
        _ method: RPCMethods.Method,
        _ transcoding: RPCTranscoding
    ) throws(TranscodingError) {
        self.rule = rule
        self.method = method
        self.transcoding = transcoding
        template = try PathTemplate(rule.path)
        try checkFields()
    }

    private func checkFields() throws(TranscodingError) {
        for variable in template.variables {
            let name = variable.field.joined(separator: ".")
            guard let field = transcoding.request.field(at: variable.field) else {
                throw wrong("the request has no field '\(name)'")
            }
            guard !field.isRepeated, field.kind != .message else {
                throw wrong("the field '\(name)' is not of a single, simple value")
            }
        }
        if let body = rule.body, body != "*", transcoding.request.field(at: [body]) == nil {
            throw wrong("the request has no field '\(body)'")
        }
        if let field = rule.responseBody, transcoding.response.field(at: [field]) == nil {
            throw wrong("the response has no field '\(field)'")
        }
    }

    private func wrong(_ reason: String) -> TranscodingError {
        TranscodingError("The rule '\(rule)' of \(method.name) cannot be used: \(reason).")
    }
}

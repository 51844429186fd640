import HTTPTypes
import Logging
import MartletCore
import ServiceContextModule

extension AccessLog {
    /// What is known of a request when it has been answered, beside the request itself.
    struct Outcome: Sendable {
        var route: String?
        var status: Int
        /// Whether the server is to blame.
        var isServersFailure: Bool
        var bytes: Int
        var duration: Duration = .zero
        var error: (any Error)?
    }

    /// An entry as structured metadata; what is not known is left out.
    func metadata(
        _ request: Request,
        _ context: CallContext,
        _ outcome: Outcome
    ) -> Logger.Metadata {
        let trace = context.trace.isEmpty ? nil : context.trace.traceContext
        var optionals: AccessLogTemplate.Optionals = []
        if outcome.route != nil { optionals.insert(.route) }
        if context.requestID != nil { optionals.insert(.requestID) }
        if trace != nil { optionals.insert(.traceID) }
        if request.peer != nil { optionals.insert(.peer) }
        let template = AccessLogTemplate.all[optionals.rawValue]
        var metadata = template.metadata
        metadata.values[template.method] = .string(request.method.rawValue)
        metadata.values[template.path] = .string(Self.path(request))
        metadata.values[template.status] = .stringConvertible(outcome.status)
        metadata.values[template.bytes] = .stringConvertible(outcome.bytes)
        metadata.values[template.duration] = .stringConvertible(
            outcome.duration.millisecondsToMicrosecond
        )
        if let position = template.route, let route = outcome.route {
            metadata.values[position] = .string(route)
        }
        if let position = template.requestID, let identifier = context.requestID {
            metadata.values[position] = .string(identifier)
        }
        if let position = template.traceID, let trace {
            metadata.values[position] = .string(trace.traceIDText)
        }
        if let position = template.peer, let peer = request.peer {
            metadata.values[position] = .string(peer.address)
        }
        if configuration.includesQuery, let query = request.rawQuery {
            let redaction = QueryRedaction(names: configuration.redactedParameters)
            metadata["query"] = .string(redaction.redact(query))
        }
        if let error = outcome.error {
            metadata["error"] = .string("\(error)")
        }
        return metadata
    }

    /// The path, without a copy when the target is nothing else.
    private static func path(_ request: Request) -> String {
        request.target.utf8.contains(UInt8(ascii: "?")) ? String(request.path) : request.target
    }
}

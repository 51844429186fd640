import HTTPTypes
import Logging
import MartletCore

/// One line of the access log: what it says of a request and its response.
struct AccessLogEntry: Sendable {
    var request: Request
    var context: CallContext
    var route: String?
    var status: Int
    var bytes = 0
    var duration: Duration = .zero
    var error: (any Error)?

    /// The entry as structured metadata; what is not known is left out.
    func metadata(_ configuration: AccessLog.Configuration) -> Logger.Metadata {
        var metadata = Logger.Metadata(minimumCapacity: 12)
        metadata["method"] = .string(request.method.rawValue)
        metadata["path"] = .string(path)
        metadata["status"] = .stringConvertible(status)
        metadata["bytes"] = .stringConvertible(bytes)
        metadata["duration_ms"] = .stringConvertible(duration.millisecondsToMicrosecond)
        if let route = route ?? context.route(of: request) {
            metadata["route"] = .string(route)
        }
        if configuration.includesQuery, let query = request.rawQuery {
            let redaction = QueryRedaction(names: configuration.redactedParameters)
            metadata["query"] = .string(redaction.redact(query))
        }
        if let identifier = context.requestID {
            metadata["request_id"] = .string(identifier)
        }
        if let trace = context.trace.traceContext {
            metadata["trace_id"] = .string(trace.traceIDText)
        }
        if let peer = request.peer {
            metadata["peer"] = .string(peer.address)
        }
        if let error {
            metadata["error"] = .string("\(error)")
        }
        return metadata
    }

    /// The path, without a copy when the target is nothing else.
    private var path: String {
        request.target.utf8.contains(UInt8(ascii: "?")) ? String(request.path) : request.target
    }
}

extension Duration {
    /// Milliseconds, cut off after the microseconds.
    package var millisecondsToMicrosecond: Double {
        let parts = components
        let microseconds = parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
        return Double(microseconds) / 1_000
    }

    /// Nanoseconds, cut off; for durations under 292 years.
    package var wholeNanoseconds: Int64 {
        let parts = components
        return parts.seconds &* 1_000_000_000 &+ parts.attoseconds / 1_000_000_000
    }
}

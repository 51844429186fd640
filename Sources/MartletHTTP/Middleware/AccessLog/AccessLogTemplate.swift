import Logging

/// The metadata of an entry with empty values, and where each value goes.
///
/// A copy of a dictionary keeps its layout, so that entries are filled in by position and no key is
/// hashed for a request. There is one template for every combination of the fields that may be
/// missing.
struct AccessLogTemplate: Sendable {
    /// Which of the fields that may be missing an entry has.
    struct Optionals: OptionSet, Sendable {
        let rawValue: Int

        static let route = Optionals(rawValue: 1)
        static let requestID = Optionals(rawValue: 2)
        static let traceID = Optionals(rawValue: 4)
        static let peer = Optionals(rawValue: 8)

        /// How many combinations there are.
        static let count = 16
    }

    typealias Position = Logger.Metadata.Index

    let metadata: Logger.Metadata
    let method: Position
    let path: Position
    let status: Position
    let bytes: Position
    let duration: Position
    let route: Position?
    let requestID: Position?
    let traceID: Position?
    let peer: Position?

    init(_ optionals: Optionals) {
        var metadata = Logger.Metadata(minimumCapacity: 9)
        for key in ["method", "path", "status", "bytes", "duration_ms"] {
            metadata[key] = .string("")
        }
        if optionals.contains(.route) { metadata["route"] = .string("") }
        if optionals.contains(.requestID) { metadata["request_id"] = .string("") }
        if optionals.contains(.traceID) { metadata["trace_id"] = .string("") }
        if optionals.contains(.peer) { metadata["peer"] = .string("") }
        func required(_ key: String) -> Position {
            guard let position = metadata.index(forKey: key) else {
                preconditionFailure("the key '\(key)' has just been put there")
            }
            return position
        }
        method = required("method")
        path = required("path")
        status = required("status")
        bytes = required("bytes")
        duration = required("duration_ms")
        route = metadata.index(forKey: "route")
        requestID = metadata.index(forKey: "request_id")
        traceID = metadata.index(forKey: "trace_id")
        peer = metadata.index(forKey: "peer")
        self.metadata = metadata
    }

    /// One for every combination, by its raw value.
    static let all = (0..<Optionals.count).map { AccessLogTemplate(Optionals(rawValue: $0)) }
}

import HTTPTypes

/// The parameters that a route's pattern captured from a path.
///
/// Captures are ranges of the path's UTF-8, decoded when they are asked for; up to four are kept
/// without an allocation.
public struct PathParameters: Sendable {
    /// A captured range: offsets into the UTF-8 of the request's target.
    package struct Capture: Sendable {
        package var start: UInt32
        package var count: UInt32

        package init(start: Int, count: Int) {
            self.start = UInt32(truncatingIfNeeded: start)
            self.count = UInt32(truncatingIfNeeded: count)
        }
    }

    /// The target whose UTF-8 the captures index.
    private var target: String = ""
    /// The names of the pattern's parameters, in their order; shared with the route.
    private var names: [String] = []
    private var inline: (Capture, Capture, Capture, Capture)?
    private var overflow: [Capture] = []

    /// Makes an empty set.
    public init() {}

    /// Makes the set that a router found.
    package init(target: String, names: [String], captures: some RandomAccessCollection<Capture>) {
        self.target = target
        self.names = names
        let none = Capture(start: 0, count: 0)
        var first = (none, none, none, none)
        var position = 0
        for capture in captures {
            switch position {
            case 0: first.0 = capture
            case 1: first.1 = capture
            case 2: first.2 = capture
            case 3: first.3 = capture
            default: overflow.append(capture)
            }
            position += 1
        }
        inline = first
    }

    /// The decoded value of a parameter; nil when the route has none of that name or its percent
    /// encoding is not valid UTF-8.
    public subscript(name: String) -> String? {
        guard let index = names.firstIndex(of: name) else { return nil }
        return PercentCoding.decode(rawValue(at: index))
    }

    /// A parameter as another type.
    ///
    /// ```swift
    /// let id = try request.parameters.require("id", as: Int.self)
    /// ```
    ///
    /// - Throws: ``HTTPError`` with 400 that names the parameter, when it is missing or is not of
    ///   the type.
    public func require<Value: LosslessStringConvertible>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws -> Value {
        guard let text = self[name] else {
            throw HTTPError(.badRequest, detail: "The path has no parameter '\(name)'.")
        }
        guard let value = Value(text) else {
            throw HTTPError(
                .badRequest,
                detail: "The path parameter '\(name)' is not a valid \(Value.self): '\(text)'."
            )
        }
        return value
    }

    /// A parameter's bytes as they stood in the target; nil when the route has none of that name.
    package func rawValue(_ name: String) -> Substring? {
        names.firstIndex(of: name).map(rawValue(at:))
    }

    /// The parameter's bytes as they stood in the target.
    package func rawValue(at index: Int) -> Substring {
        let capture = capture(at: index)
        let utf8 = target.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: Int(capture.start))
        let end = utf8.index(start, offsetBy: Int(capture.count))
        return target[start..<end]
    }

    private func capture(at index: Int) -> Capture {
        switch (index, inline) {
        case (0, let inline?): inline.0
        case (1, let inline?): inline.1
        case (2, let inline?): inline.2
        case (3, let inline?): inline.3
        default: overflow[index - 4]
        }
    }
}

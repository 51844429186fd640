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
    /// The route that matched: its name, and the names of its parameters.
    var route: RouteName?
    private var inline: (Capture, Capture, Capture, Capture)
    private var overflow: [Capture] = []

    private static let none = Capture(start: 0, count: 0)

    /// Makes an empty set.
    public init() {
        inline = (Self.none, Self.none, Self.none, Self.none)
    }

    /// Makes the set that a router found.
    init(target: String, route: RouteName, captures: some RandomAccessCollection<Capture>) {
        self.route = route
        inline = (Self.none, Self.none, Self.none, Self.none)
        guard !captures.isEmpty else { return }
        self.target = target
        var position = 0
        for capture in captures {
            switch position {
            case 0: inline.0 = capture
            case 1: inline.1 = capture
            case 2: inline.2 = capture
            case 3: inline.3 = capture
            default: overflow.append(capture)
            }
            position += 1
        }
    }

    /// The decoded value of a parameter; nil when the route has none of that name or its percent
    /// encoding is not valid UTF-8.
    public subscript(name: String) -> String? {
        guard let index = route?.parameterNames.firstIndex(of: name) else { return nil }
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
        route?.parameterNames.firstIndex(of: name).map(rawValue(at:))
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
        switch index {
        case 0: inline.0
        case 1: inline.1
        case 2: inline.2
        case 3: inline.3
        default: overflow[index - 4]
        }
    }
}

/// A route's name and those of its parameters, by reference: one is made a route.
package final class RouteName: Sendable {
    let name: String?
    let parameterNames: [String]

    package init(_ name: String?, parameterNames: [String] = []) {
        self.name = name
        self.parameterNames = parameterNames
    }
}

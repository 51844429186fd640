/// What a value has to be like, and what is said when it is not.
///
/// ```swift
/// let even = ValidationRule<Int>("must be even") { $0 % 2 == 0 }
/// ```
public struct ValidationRule<Value>: Sendable {
    /// What is said of a value that does not hold, such as `must not be empty`.
    public let reason: String

    private let holds: @Sendable (Value) -> Bool

    /// Makes a rule.
    ///
    /// - Parameters:
    ///   - reason: What is said of a value that does not hold. It is sent to the client.
    ///   - holds: Whether a value is as it has to be.
    public init(_ reason: String, _ holds: @escaping @Sendable (Value) -> Bool) {
        self.reason = reason
        self.holds = holds
    }

    /// Whether a value is as it has to be.
    public func isSatisfied(by value: Value) -> Bool {
        holds(value)
    }
}

extension ValidationRule where Value: Comparable & Sendable {
    /// A value in a range.
    public static func range(_ range: ClosedRange<Value>) -> ValidationRule {
        ValidationRule("must lie between \(range.lowerBound) and \(range.upperBound)") {
            range.contains($0)
        }
    }

    /// A value that is not smaller than another.
    public static func atLeast(_ least: Value) -> ValidationRule {
        ValidationRule("must be at least \(least)") { $0 >= least }
    }

    /// A value that is not greater than another.
    public static func atMost(_ most: Value) -> ValidationRule {
        ValidationRule("must be at most \(most)") { $0 <= most }
    }
}

extension ValidationRule where Value: Hashable & Sendable {
    /// One of a few values.
    public static func oneOf(_ values: [Value]) -> ValidationRule {
        let names = values.map { "\($0)" }.joined(separator: ", ")
        return ValidationRule("must be one of \(names)") { values.contains($0) }
    }
}

extension ValidationRule where Value: Collection & Sendable {
    /// As many elements as a range says; of a string, as many characters.
    public static func count(_ range: ClosedRange<Int>) -> ValidationRule {
        let reason =
            range.lowerBound == range.upperBound
            ? "must have exactly \(range.lowerBound) elements"
            : "must have \(range.lowerBound) to \(range.upperBound) elements"
        return ValidationRule(reason) { range.contains($0.count) }
    }

    /// At least one element.
    public static var notEmpty: ValidationRule {
        ValidationRule("must not be empty") { !$0.isEmpty }
    }
}

extension JSONOutput {
    enum Outcome {
        case written
        /// The value has to encode itself.
        case notScalar
        /// The value is infinite or not a number.
        case notFinite
    }

    /// Writes a value of the standard library's basic types.
    ///
    /// The comparisons are folded where the type is known. `unsafeBitCast` is sound: it casts a
    /// value to the type that it was just found to have.
    @inline(__always)
    mutating func append<Value>(scalar value: Value) -> Outcome {
        if Value.self == String.self {
            append(quoted: unsafeBitCast(value, to: String.self))
        } else if Value.self == Int.self {
            append(integer: unsafeBitCast(value, to: Int.self))
        } else if Value.self == Bool.self {
            append(unsafeBitCast(value, to: Bool.self) ? "true" : "false")
        } else if Value.self == Double.self {
            return append(unsafeBitCast(value, to: Double.self))
        } else if Value.self == Float.self {
            return append(unsafeBitCast(value, to: Float.self))
        } else {
            return append(otherInteger: value)
        }
        return .written
    }

    private mutating func append(
        _ value: some BinaryFloatingPoint & CustomStringConvertible
    ) -> Outcome {
        guard value.isFinite else { return .notFinite }
        append(finite: value)
        return .written
    }

    /// Sound: each cast is to the type that the value was just found to have.
    @inline(__always)
    private mutating func append<Value>(otherInteger value: Value) -> Outcome {
        if Value.self == Int64.self {
            append(integer: unsafeBitCast(value, to: Int64.self))
        } else if Value.self == Int32.self {
            append(integer: unsafeBitCast(value, to: Int32.self))
        } else if Value.self == UInt64.self {
            append(integer: unsafeBitCast(value, to: UInt64.self))
        } else if Value.self == UInt32.self {
            append(integer: unsafeBitCast(value, to: UInt32.self))
        } else if Value.self == UInt.self {
            append(integer: unsafeBitCast(value, to: UInt.self))
        } else if Value.self == UInt8.self {
            append(integer: unsafeBitCast(value, to: UInt8.self))
        } else if Value.self == Int16.self {
            append(integer: unsafeBitCast(value, to: Int16.self))
        } else if Value.self == UInt16.self {
            append(integer: unsafeBitCast(value, to: UInt16.self))
        } else if Value.self == Int8.self {
            append(integer: unsafeBitCast(value, to: Int8.self))
        } else if Value.self == Int128.self {
            append(integer: unsafeBitCast(value, to: Int128.self))
        } else if Value.self == UInt128.self {
            append(integer: unsafeBitCast(value, to: UInt128.self))
        } else {
            return .notScalar
        }
        return .written
    }
}

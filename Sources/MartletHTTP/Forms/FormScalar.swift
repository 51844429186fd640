/// A basic type that a parameter's text can be.
protocol FormScalar {
    /// Reads the whole text; nil when it is not one.
    static func parse(_ text: String) -> Self?
}

extension FormScalar where Self: FixedWidthInteger {
    static func parse(_ text: String) -> Self? { Self(text) }
}

extension FormScalar where Self: BinaryFloatingPoint & LosslessStringConvertible {
    static func parse(_ text: String) -> Self? {
        Self(text).flatMap { $0.isFinite ? $0 : nil }
    }
}

extension String: FormScalar {
    static func parse(_ text: String) -> String? { text }
}

extension Bool: FormScalar {
    static func parse(_ text: String) -> Bool? {
        switch text {
        case "true", "1", "on": true
        case "false", "0", "off": false
        default: nil
        }
    }
}

extension Int: FormScalar {}
extension Int8: FormScalar {}
extension Int16: FormScalar {}
extension Int32: FormScalar {}
extension Int64: FormScalar {}
extension Int128: FormScalar {}
extension UInt: FormScalar {}
extension UInt8: FormScalar {}
extension UInt16: FormScalar {}
extension UInt32: FormScalar {}
extension UInt64: FormScalar {}
extension UInt128: FormScalar {}
extension Double: FormScalar {}
extension Float: FormScalar {}

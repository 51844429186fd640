extension JSONDocument {
    /// Reads the value at a place.
    ///
    /// The comparisons are folded where the type is known. `unsafeBitCast` is sound: it casts a
    /// value to the type that it was just found to have.
    @inline(__always)
    func decode<Value: Decodable>(_ type: Value.Type, at place: Int) throws -> Value {
        if type == String.self {
            guard tokens[place].kind == .string else { throw mismatch(type, at: place) }
            return unsafeBitCast(string(place), to: type)
        }
        if type == Int.self {
            return unsafeBitCast(try integer(at: place) as Int, to: type)
        }
        if type == Bool.self {
            return unsafeBitCast(try boolean(at: place), to: type)
        }
        if type == Double.self {
            return unsafeBitCast(try double(at: place), to: type)
        }
        if type == Float.self {
            return unsafeBitCast(try float(at: place), to: type)
        }
        return try decodeOther(type, at: place)
    }

    /// Reads the scalars that are rarer; sound for the same reason.
    @inline(__always)
    private func decodeOther<Value: Decodable>(
        _ type: Value.Type,
        at place: Int
    ) throws -> Value {
        if type == Int64.self {
            return unsafeBitCast(try integer(at: place) as Int64, to: type)
        }
        if type == Int32.self {
            return unsafeBitCast(try integer(at: place) as Int32, to: type)
        }
        if type == UInt64.self {
            return unsafeBitCast(try integer(at: place) as UInt64, to: type)
        }
        if type == UInt32.self {
            return unsafeBitCast(try integer(at: place) as UInt32, to: type)
        }
        if type == UInt.self {
            return unsafeBitCast(try integer(at: place) as UInt, to: type)
        }
        if type == UInt8.self {
            return unsafeBitCast(try integer(at: place) as UInt8, to: type)
        }
        if type == Int16.self {
            return unsafeBitCast(try integer(at: place) as Int16, to: type)
        }
        if type == UInt16.self {
            return unsafeBitCast(try integer(at: place) as UInt16, to: type)
        }
        if type == Int8.self {
            return unsafeBitCast(try integer(at: place) as Int8, to: type)
        }
        if type == Int128.self {
            return unsafeBitCast(try integer(at: place) as Int128, to: type)
        }
        if type == UInt128.self {
            return unsafeBitCast(try integer(at: place) as UInt128, to: type)
        }
        return try Value(from: JSONValueDecoder(document: self, place: place))
    }

    private func integer<Value: FixedWidthInteger>(at place: Int) throws -> Value {
        guard tokens[place].kind == .number else { throw mismatch(Value.self, at: place) }
        let number = JSONNumber(bytes: text(place))
        let isFractional = tokens[place].flags.contains(.fractional)
        guard let value: Value = number.integer(isFractional: isFractional) else {
            throw corrupted("\(excerpt(place)) is not an \(Value.self)", at: place)
        }
        return value
    }

    private func boolean(at place: Int) throws -> Bool {
        switch tokens[place].kind {
        case .true: true
        case .false: false
        default: throw mismatch(Bool.self, at: place)
        }
    }

    private func double(at place: Int) throws -> Double {
        guard tokens[place].kind == .number else { throw mismatch(Double.self, at: place) }
        guard let value = JSONNumber(bytes: text(place)).double() else {
            throw corrupted("\(excerpt(place)) is too large for a Double", at: place)
        }
        return value
    }

    private func float(at place: Int) throws -> Float {
        guard tokens[place].kind == .number else { throw mismatch(Float.self, at: place) }
        guard let value = JSONNumber(bytes: text(place)).float() else {
            throw corrupted("\(excerpt(place)) is too large for a Float", at: place)
        }
        return value
    }

    /// The text of a number, shortened for an error.
    private func excerpt(_ place: Int) -> String {
        let text = text(place)
        return String(decoding: text.prefix(32), as: UTF8.self) + (text.count > 32 ? "…" : "")
    }
}

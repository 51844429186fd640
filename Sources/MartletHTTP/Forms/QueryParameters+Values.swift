import HTTPTypes

extension QueryParameters {
    /// A parameter as another type; nil when it is absent.
    ///
    /// - Throws: ``HTTPError`` with 400 that names the parameter, when it is not of the type or is
    ///   given several times.
    public func value<Value: LosslessStringConvertible>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws -> Value? {
        guard let text = try single(name) else { return nil }
        guard let value = Value(text) else {
            throw wrong(name, "'\(text)' is not a valid \(type)")
        }
        return value
    }

    /// A parameter as another type.
    ///
    /// - Throws: ``HTTPError`` with 400 that names the parameter, when it is missing, is not of
    ///   the type, or is given several times.
    public func require<Value: LosslessStringConvertible>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws -> Value {
        guard let value = try value(name, as: type) else { throw wrong(name, "is missing") }
        return value
    }

    /// Decodes a flat structure: its properties are scalars, optionals of them, and arrays, which
    /// hold every value of a parameter.
    ///
    /// A property that is neither optional nor an array is required; an array that is absent is
    /// empty. Booleans are `true`, `1` and `on`, or `false`, `0` and `off`. Parameters that the
    /// type does not ask for are ignored.
    ///
    /// - Throws: ``HTTPError`` with 400 that names the parameter which is missing or wrong.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        do {
            return try Value(from: FormDecoder(parameters: self, name: nil))
        } catch let error as DecodingError {
            throw located(error)
        }
    }

    /// The only value of a parameter; nil when it is absent.
    func single(_ name: String) throws -> String? {
        let values = values(of: name)
        guard values.count <= 1 else {
            throw wrong(name, "is given \(values.count) times")
        }
        return values.first
    }

    /// The 400 that names a parameter.
    func wrong(_ name: String, _ reason: String) -> HTTPError {
        HTTPError(
            .badRequest,
            detail: "The \(kind.rawValue) '\(name)': \(reason).",
            fields: [HTTPError.FieldError(name, reason)]
        )
    }

    private func located(_ error: DecodingError) -> HTTPError {
        switch error {
        case .keyNotFound(let key, _):
            wrong(key.stringValue, "is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            wrong(context.codingPath.first?.stringValue ?? "", context.debugDescription)
        @unknown default:
            wrong("", "\(error)")
        }
    }
}

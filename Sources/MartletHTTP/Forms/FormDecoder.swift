/// What a flat structure, one of its properties or one of its elements decodes itself from.
struct FormDecoder: Decoder {
    let parameters: QueryParameters
    /// The parameter; nil for the whole structure.
    let name: String?
    /// The element's text; nil for what is not an element.
    var element: String?

    var codingPath: [any CodingKey] { name.map { [JSONKey(stringValue: $0)] } ?? [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard name == nil else { throw nested() }
        return KeyedDecodingContainer(FormObjectDecoder<Key>(parameters: parameters))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let name, element == nil else { throw nested() }
        return FormArrayDecoder(parameters: parameters, name: name)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    /// The error for structure that parameters do not have.
    func nested() -> DecodingError {
        .dataCorrupted(
            .init(codingPath: codingPath, debugDescription: "parameters have no nested structure")
        )
    }
}

extension FormDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool {
        guard let name else { return false }
        return element == nil && !parameters.contains(name)
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard let scalar = type as? any FormScalar.Type else { return try Value(from: self) }
        guard let name else { throw nested() }
        guard let text = try element ?? parameters.single(name) else {
            throw DecodingError.keyNotFound(
                JSONKey(stringValue: name),
                .init(codingPath: [], debugDescription: "is missing")
            )
        }
        guard let value = scalar.parse(text) as? Value else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: codingPath, debugDescription: "'\(text)' is not a valid \(type)")
            )
        }
        return value
    }
}

/// The properties of a flat structure.
struct FormObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let parameters: QueryParameters

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        var seen: Set<String> = []
        return parameters.compactMap { name, _ in
            seen.insert(name).inserted ? Key(stringValue: name) : nil
        }
    }

    func contains(_ key: Key) -> Bool { parameters.contains(key.stringValue) }

    func decodeNil(forKey key: Key) throws -> Bool { !contains(key) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder(key).decode(type)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        FormDecoder(parameters: parameters, name: nil)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { decoder(key) }

    private func decoder(_ key: Key) -> FormDecoder {
        FormDecoder(parameters: parameters, name: key.stringValue)
    }
}

/// The values of one parameter.
struct FormArrayDecoder: UnkeyedDecodingContainer {
    private let parameters: QueryParameters
    private let name: String
    private let values: [String]
    private(set) var currentIndex = 0

    init(parameters: QueryParameters, name: String) {
        self.parameters = parameters
        self.name = name
        values = parameters.values(of: name)
    }

    var codingPath: [any CodingKey] { [JSONKey(stringValue: name)] }
    var count: Int? { values.count }
    var isAtEnd: Bool { currentIndex >= values.count }

    mutating func decodeNil() throws -> Bool { false }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try decoder().decode(type)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        throw try decoder().nested()
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw try decoder().nested()
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try decoder()
        currentIndex += 1
        return decoder
    }

    private func decoder() throws -> FormDecoder {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                String.self,
                .init(codingPath: codingPath, debugDescription: "has too few values")
            )
        }
        return FormDecoder(parameters: parameters, name: name, element: values[currentIndex])
    }
}

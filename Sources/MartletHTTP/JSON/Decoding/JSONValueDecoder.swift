/// What a value decodes itself from: one place of a document.
struct JSONValueDecoder: Decoder {
    let document: JSONDocument
    let place: Int

    var codingPath: [any CodingKey] { document.path(to: place) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard document.tokens[place].kind == .object else {
            throw document.mismatch([String: Any].self, "an object", at: place)
        }
        document.prepare(place)
        return KeyedDecodingContainer(JSONObjectDecoder<Key>(document: document, place: place))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard document.tokens[place].kind == .array else {
            throw document.mismatch([Any].self, "an array", at: place)
        }
        return JSONArrayDecoder(document: document, place: place)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { document.tokens[place].kind == .null }

    /// Serves every `decode` of the protocol: the compiler makes one body a basic type of it.
    @inline(__always)
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try document.decode(type, at: place)
    }

    // The protocol has bodies of its own for the widest integers, which refuse them.
    func decode(_ type: Int128.Type) throws -> Int128 { try document.decode(type, at: place) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try document.decode(type, at: place) }
}

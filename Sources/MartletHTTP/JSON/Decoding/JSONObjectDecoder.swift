/// The members of one object.
struct JSONObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let document: JSONDocument
    let place: Int

    var codingPath: [any CodingKey] { document.path(to: place) }

    var allKeys: [Key] {
        document.names(of: place).compactMap { Key(stringValue: document.string($0)) }
    }

    func contains(_ key: Key) -> Bool {
        document.member(key.stringValue, of: place) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        guard let found = document.member(key.stringValue, of: place) else {
            throw document.missing(key, in: place)
        }
        return document.tokens[found].kind == .null
    }

    /// Serves every `decode` of the protocol: the compiler makes one body a basic type of it.
    @inline(__always)
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try document.decode(type, at: member(key))
    }

    // The protocol has bodies of its own for the widest integers, which refuse them.
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try document.decode(type, at: member(key))
    }

    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try document.decode(type, at: member(key))
    }

    /// Searches once instead of three times.
    ///
    /// Basic types use the protocol's own bodies; their three searches all begin at the right
    /// name.
    func decodeIfPresent<Value: Decodable>(
        _ type: Value.Type,
        forKey key: Key
    ) throws -> Value? {
        guard let found = document.member(key.stringValue, of: place) else { return nil }
        document.advance(place, past: found)
        return document.tokens[found].kind == .null ? nil : try document.decode(type, at: found)
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
        guard let found = document.member(JSONKey.super.stringValue, of: place) else {
            throw document.missing(JSONKey.super, in: place)
        }
        return JSONValueDecoder(document: document, place: found)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        try decoder(key)
    }

    private func decoder(_ key: Key) throws -> JSONValueDecoder {
        JSONValueDecoder(document: document, place: try member(key))
    }

    @inline(__always)
    private func member(_ key: Key) throws -> Int {
        guard let found = document.member(key.stringValue, of: place) else {
            throw document.missing(key, in: place)
        }
        document.advance(place, past: found)
        return found
    }
}

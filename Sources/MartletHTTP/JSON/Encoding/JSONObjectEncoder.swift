/// The members of one object.
struct JSONObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    let token: JSONFrame.Token

    var codingPath: [any CodingKey] { writer.path(to: token) }

    func encodeNil(forKey key: Key) throws {
        let entry = try writer.enter(token, key: key)
        writer.output.append("null")
        writer.leave(entry)
    }

    /// Serves every `encode` of the protocol: the compiler makes one body a basic type of it.
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try write(value, key)
    }

    // The protocol has bodies of its own for the widest integers, which refuse them.
    func encode(_ value: Int128, forKey key: Key) throws { try write(value, key) }
    func encode(_ value: UInt128, forKey key: Key) throws { try write(value, key) }

    @inline(__always)
    private func write<Value: Encodable>(_ value: Value, _ key: Key) throws {
        let entry = try writer.enter(token, key: key)
        switch writer.output.append(scalar: value) {
        case .written:
            break
        case .notScalar:
            try writer.encode(value, key: key, entry: entry)
        case .notFinite:
            writer.abandon(entry)
            throw writer.invalid(value, token, key: key, JSONText.notFinite(value))
        }
        writer.leave(entry)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        let child = writer.nest(.object, key: key, in: token)
        return KeyedEncodingContainer(JSONObjectEncoder<NestedKey>(writer: writer, token: child))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        JSONArrayEncoder(writer: writer, token: writer.nest(.array, key: key, in: token))
    }

    func superEncoder() -> any Encoder {
        JSONValueEncoder(
            writer: writer,
            token: writer.nest(.pending, key: JSONKey.super, in: token)
        )
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        JSONValueEncoder(writer: writer, token: writer.nest(.pending, key: key, in: token))
    }
}

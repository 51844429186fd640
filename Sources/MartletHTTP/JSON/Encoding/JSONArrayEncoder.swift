/// The elements of one array.
struct JSONArrayEncoder: UnkeyedEncodingContainer {
    let writer: JSONWriter
    let token: JSONFrame.Token

    var codingPath: [any CodingKey] { writer.path(to: token) }

    var count: Int {
        writer.isUsable(token) ? Int(writer.frames[Int(token.place)].count) : 0
    }

    func encodeNil() throws {
        let entry = try writer.enter(token)
        writer.output.append("null")
        writer.leave(entry)
    }

    /// Serves every `encode` of the protocol: the compiler makes one body a basic type of it.
    func encode<Value: Encodable>(_ value: Value) throws { try write(value) }

    // The protocol has bodies of its own for the widest integers, which refuse them.
    func encode(_ value: Int128) throws { try write(value) }
    func encode(_ value: UInt128) throws { try write(value) }

    @inline(__always)
    private func write<Value: Encodable>(_ value: Value) throws {
        let entry = try writer.enter(token)
        switch writer.output.append(scalar: value) {
        case .written:
            break
        case .notScalar:
            try writer.encode(value, key: nil, entry: entry)
        case .notFinite:
            writer.abandon(entry)
            let key = JSONKey(index: Int(entry.count))
            throw writer.invalid(value, token, key: key, JSONText.notFinite(value))
        }
        writer.leave(entry)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        let child = writer.nest(.object, key: nil, in: token)
        return KeyedEncodingContainer(JSONObjectEncoder<NestedKey>(writer: writer, token: child))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONArrayEncoder(writer: writer, token: writer.nest(.array, key: nil, in: token))
    }

    func superEncoder() -> any Encoder {
        JSONValueEncoder(writer: writer, token: writer.nest(.pending, key: nil, in: token))
    }
}

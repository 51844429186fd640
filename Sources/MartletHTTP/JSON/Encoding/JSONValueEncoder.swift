/// What a value encodes itself to: one frame.
struct JSONValueEncoder: Encoder {
    let writer: JSONWriter
    let token: JSONFrame.Token

    var codingPath: [any CodingKey] { writer.path(to: token) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(
            JSONObjectEncoder<Key>(writer: writer, token: writer.begin(.object, token))
        )
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONArrayEncoder(writer: writer, token: writer.begin(.array, token))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension JSONValueEncoder: SingleValueEncodingContainer {
    func encodeNil() throws {
        _ = try writer.complete(token) { output in
            output.append("null")
            return true
        }
    }

    /// Serves every `encode` of the protocol: the compiler makes one body a basic type of it.
    func encode<Value: Encodable>(_ value: Value) throws { try write(value) }

    // The protocol has bodies of its own for the widest integers, which refuse them.
    func encode(_ value: Int128) throws { try write(value) }
    func encode(_ value: UInt128) throws { try write(value) }

    @inline(__always)
    private func write<Value: Encodable>(_ value: Value) throws {
        var outcome = JSONOutput.Outcome.written
        let isWritten = try writer.complete(token) { output in
            outcome = output.append(scalar: value)
            return outcome == .written
        }
        guard !isWritten else { return }
        guard outcome == .notScalar else {
            throw writer.invalid(value, token, JSONText.notFinite(value))
        }
        try value.encode(to: self)
    }
}

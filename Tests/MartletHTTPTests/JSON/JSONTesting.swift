import MartletHTTP
import NIOCore

/// The JSON text of a value.
func json(_ value: some Encodable) throws -> String {
    String(buffer: try JSON.encode(value))
}

/// The value of a JSON text.
func value<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
    try JSON.decode(type, from: ByteBuffer(string: text))
}

/// What decoding a text throws, as it prints; nil when it does not.
func failure<Value: Decodable>(_ text: String, as type: Value.Type) -> String? {
    do {
        _ = try value(text, as: type)
        return nil
    } catch {
        return "\(error)"
    }
}

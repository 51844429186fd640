import MartletHTTP
import NIOCore

/// Members of a JSON object that are added by their paths.
struct TranscodedMembers {
    private var children: [String: TranscodedMembers] = [:]
    private var order: [String] = []
    private var values: [ByteBuffer] = []
    private var isRepeated = false

    var isEmpty: Bool { order.isEmpty }

    /// Adds a value, which is JSON, to the member at `path`.
    ///
    /// - Returns: False when a single value is there already.
    mutating func add(_ value: ByteBuffer, at path: ArraySlice<String>, isRepeated: Bool) -> Bool {
        guard let name = path.first else {
            guard isRepeated || values.isEmpty else { return false }
            self.isRepeated = isRepeated
            values.append(value)
            return true
        }
        if children[name] == nil { order.append(name) }
        return children[name, default: TranscodedMembers()]
            .add(value, at: path.dropFirst(), isRepeated: isRepeated)
    }

    /// Writes the members with commas between them and without braces.
    func write(to json: inout ByteBuffer) {
        for (position, name) in order.enumerated() {
            if position > 0 { json.writeStaticString(",") }
            json.writeJSONString(name)
            json.writeStaticString(":")
            children[name]?.writeValue(to: &json)
        }
    }

    private func writeValue(to json: inout ByteBuffer) {
        if isRepeated {
            json.writeStaticString("[")
            for (position, value) in values.enumerated() {
                if position > 0 { json.writeStaticString(",") }
                json.writeImmutableBuffer(value)
            }
            json.writeStaticString("]")
        } else if let value = values.first {
            json.writeImmutableBuffer(value)
        } else {
            json.writeStaticString("{")
            write(to: &json)
            json.writeStaticString("}")
        }
    }

    /// An object that has nothing but `value`, which is JSON, at `path`.
    static func document(_ value: ByteBuffer, at path: [String]) -> ByteBuffer {
        var json = ByteBuffer()
        for name in path {
            json.writeStaticString("{")
            json.writeJSONString(name)
            json.writeStaticString(":")
        }
        json.writeImmutableBuffer(value)
        json.writeRepeatingByte(UInt8(ascii: "}"), count: path.count)
        return json
    }
}

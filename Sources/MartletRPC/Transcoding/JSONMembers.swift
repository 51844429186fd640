import NIOCore

/// Where the members of a JSON object lie, found without decoding them.
///
/// The scan follows strings and brackets. It refuses what is not one object from end to end, so
/// that members can be put beside those it has; whether names and values are JSON is for the
/// decoder to say.
struct JSONMembers {
    struct Member {
        /// The name with its quotation marks, as it was written.
        var key: Range<Int>
        /// The value as it was written.
        var value: Range<Int>

        /// The name; escapes that it has stay in it.
        func name(in bytes: ByteBufferView) -> String {
            String(decoding: bytes[key.lowerBound + 1..<key.upperBound - 1], as: UTF8.self)
        }
    }

    /// The deepest nesting that is followed; SwiftProtobuf's own limit is 100 messages.
    static let maximumDepth = 256

    private let bytes: ByteBufferView
    private var position: Int

    /// The members of an object; nil when `bytes` are not one object and blanks around it.
    static func scan(_ bytes: ByteBufferView) -> [Member]? {
        var scan = JSONMembers(bytes: bytes, position: bytes.startIndex)
        guard let members = scan.object() else { return nil }
        scan.skipBlanks()
        return scan.position == bytes.endIndex ? members : nil
    }

    /// Whether `bytes` are one value and blanks around it.
    static func isValue(_ bytes: ByteBufferView) -> Bool {
        var scan = JSONMembers(bytes: bytes, position: bytes.startIndex)
        scan.skipBlanks()
        guard scan.value() != nil else { return false }
        scan.skipBlanks()
        return scan.position == bytes.endIndex
    }

    private mutating func object() -> [Member]? {
        skipBlanks()
        guard take(UInt8(ascii: "{")) else { return nil }
        var members: [Member] = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return members }
        while true {
            skipBlanks()
            guard let key = string() else { return nil }
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { return nil }
            skipBlanks()
            guard let value = value() else { return nil }
            members.append(Member(key: key, value: value))
            skipBlanks()
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    /// Passes a value; nil when it is not closed.
    private mutating func value() -> Range<Int>? {
        let start = position
        var open: [UInt8] = []
        while position < bytes.endIndex {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return nil }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open.count < Self.maximumDepth else { return nil }
                // A closing bracket is two after its opening one in ASCII.
                open.append(bytes[position] + 2)
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard let expected = open.popLast() else {
                    return position > start ? start..<position : nil
                }
                guard take(expected) else { return nil }
            case UInt8(ascii: ",") where open.isEmpty, UInt8(ascii: ":") where open.isEmpty,
                0x20 where open.isEmpty, 0x09 where open.isEmpty, 0x0A where open.isEmpty,
                0x0D where open.isEmpty:
                return position > start ? start..<position : nil
            default:
                position += 1
            }
        }
        return open.isEmpty && position > start ? start..<position : nil
    }

    /// Passes a string with its quotation marks.
    private mutating func string() -> Range<Int>? {
        let start = position
        guard take(UInt8(ascii: "\"")) else { return nil }
        while position < bytes.endIndex {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 2
            case UInt8(ascii: "\""):
                position += 1
                return start..<position
            default: position += 1
            }
        }
        return nil
    }

    private mutating func skipBlanks() {
        while position < bytes.endIndex {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.endIndex, bytes[position] == byte else { return false }
        position += 1
        return true
    }
}

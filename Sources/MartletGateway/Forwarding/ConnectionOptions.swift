import MartletHTTP

/// The field names that `Connection` fields name as this hop's own (RFC 9110 §7.6.1).
struct ConnectionOptions {
    private var names: [[UInt8]] = []

    var isEmpty: Bool { names.isEmpty }

    /// Adds the options in a value, but for those that name no field or must not take one away.
    ///
    /// `Host` and the fields that frame the content are never this hop's alone: taking them away
    /// would change what the upstream understands.
    mutating func add(_ value: UnsafeRawBufferPointer) {
        var start = 0
        while start <= value.count {
            var end = start
            while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
            var first = start
            while first < end, Self.isBlank(value[first]) { first += 1 }
            var last = first
            while last < end, !Self.isBlank(value[last]) { last += 1 }
            let option = UnsafeRawBufferPointer(rebasing: value[first..<last])
            if !option.isEmpty, !Self.isIgnored(option) {
                names.append(option.map(ASCII.lowercased))
            }
            start = end + 1
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Whether `name`, of any case, is one of them.
    func contains(_ name: UnsafeRawBufferPointer) -> Bool {
        names.contains { $0.elementsEqual(name.lazy.map(ASCII.lowercased)) }
    }

    private static func isIgnored(_ option: UnsafeRawBufferPointer) -> Bool {
        switch option.count {
        case 4: ASCII.equals(option, "host")
        case 5: ASCII.equals(option, "close")
        case 7: ASCII.equals(option, "upgrade")
        case 10: ASCII.equals(option, "keep-alive")
        case 12: ASCII.equals(option, "content-type")
        case 14: ASCII.equals(option, "content-length")
        case 16: ASCII.equals(option, "content-encoding")
        default: false
        }
    }
}

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
        for part in value.split(separator: UInt8(ascii: ",")) {
            let option = part.drop { $0 == 0x20 || $0 == 0x09 }
                .prefix { $0 != 0x20 && $0 != 0x09 }
                .map(ASCII.lowercased)
            guard !option.isEmpty, !Self.ignored.contains(option) else { continue }
            names.append(option)
        }
    }

    /// Whether `name`, of any case, is one of them.
    func contains(_ name: UnsafeRawBufferPointer) -> Bool {
        names.contains { $0.elementsEqual(name.lazy.map(ASCII.lowercased)) }
    }

    private static let ignored: Set<[UInt8]> = Set(
        [
            "close", "keep-alive", "upgrade", "host", "content-length", "content-type",
            "content-encoding",
        ].map { Array($0.utf8) }
    )
}

import MartletHTTP

/// A path prefix that matches whole segments.
struct PathPrefix: Hashable, Sendable {
    /// The prefix, decoded, without a slash at the end; empty for `/`.
    let bytes: [UInt8]

    /// Takes a path for which ``reasonToRefuse(_:)`` has no reason.
    init(_ path: String) {
        var bytes = path.utf8.withContiguousStorage { path in
            var bytes: [UInt8] = []
            var index = 0
            while index < path.count {
                let octet =
                    path[index] == UInt8(ascii: "%") ? PathOctet(path, at: index) : nil
                bytes.append(octet?.value ?? path[index])
                index += octet == nil ? 1 : 3
            }
            return bytes
        }
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        self.bytes = bytes
    }

    /// What is wrong with a prefix, as a sentence; nil for a good one.
    static func reasonToRefuse(_ path: String) -> String? {
        guard path.hasPrefix("/") else { return "must begin with “/”, not “\(path)”." }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            return "must be percent-encoded ASCII without spaces and “#”."
        }
        guard !path.contains("?") else { return "must not contain a query." }
        guard !path.contains("*") else { return "is a prefix; it needs no “*”." }
        guard !path.contains(";") else {
            return "must not contain “;”, because parameters of segments are not compared."
        }
        guard !path.contains("//") else { return "must not contain “//”." }
        let normal: String
        do throws(PathRefusal) {
            normal = try PathNormalization(keepsEncodedSlashes: false).normalized(path)
        } catch {
            return error == .aboveRoot
                ? "must not contain “.” or “..” segments."
                : "must not contain a backslash, nor “%” but before two hexadecimal digits that"
                    + " stand for no slash, backslash or control character."
        }
        let segments = normal.utf8.split(separator: UInt8(ascii: "/"))
        guard segments.count == path.utf8.split(separator: UInt8(ascii: "/")).count else {
            return "must not contain “.” or “..” segments."
        }
        return nil
    }

    /// Where what lies below the prefix begins in a target (a normal path, perhaps with a query);
    /// nil when the target does not lie below it.
    ///
    /// Octets are compared decoded, so that it does not matter which of them a client encodes, and
    /// the parameters of segments are left out, as servers that know such do.
    @inline(__always)
    func end(in target: UnsafeBufferPointer<UInt8>) -> Int? {
        guard !bytes.isEmpty else { return 0 }
        var index = 0
        for byte in bytes {
            guard index < target.count else { return nil }
            var found = target[index]
            if found == UInt8(ascii: ";") {
                index = Self.segmentEnd(in: target, from: index)
                guard index < target.count else { return nil }
                found = target[index]
            }
            if found == UInt8(ascii: "%") {
                guard let octet = PathOctet(target, at: index), octet.value == byte, !octet.isSlash
                else { return nil }
                index += 3
            } else {
                guard found == byte else { return nil }
                index += 1
            }
        }
        if index < target.count, target[index] == UInt8(ascii: ";") {
            index = Self.segmentEnd(in: target, from: index)
        }
        guard index < target.count else { return index }
        return target[index] == UInt8(ascii: "/") || target[index] == UInt8(ascii: "?")
            ? index : nil
    }

    private static func segmentEnd(
        in target: UnsafeBufferPointer<UInt8>,
        from start: Int
    ) -> Int {
        var index = start
        while index < target.count, target[index] != UInt8(ascii: "/"),
            target[index] != UInt8(ascii: "?")
        {
            index += 1
        }
        return index
    }
}

extension String.UTF8View {
    /// Calls `body` with the bytes in one piece; the pointer is valid only inside.
    @inline(__always)
    func withContiguousStorage<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result {
        // A native string's bytes are contiguous already; another's are copied once.
        if let result = try withContiguousStorageIfAvailable(body) { return result }
        return try Array(self).withUnsafeBufferPointer(body)
    }
}

/// A path prefix that matches whole segments.
struct PathPrefix: Hashable, Sendable {
    /// The prefix's bytes without a slash at the end; empty for `/`.
    let bytes: [UInt8]

    init(_ path: String) {
        var bytes = Array(path.utf8)
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
        guard !path.utf8.withContiguousStorage({ DotSegments.occur(in: $0) }) else {
            return "must not contain “.” or “..” segments."
        }
        return nil
    }

    /// Whether a target (a path, perhaps with a query) lies below the prefix.
    @inline(__always)
    func matches(_ target: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = bytes.count
        guard count > 0 else { return true }
        guard target.count >= count else { return false }
        for index in 0..<count where target[index] != bytes[index] { return false }
        guard target.count > count else { return true }
        return target[count] == UInt8(ascii: "/") || target[count] == UInt8(ascii: "?")
    }
}

/// The segments `.` and `..`, plain or percent-encoded (RFC 3986 §3.3).
///
/// A prefix says nothing about `/public/../private`, which a server may read as `/private`, so a
/// gateway with prefixes refuses such paths.
enum DotSegments {
    /// Whether the path of `target` has one.
    static func occur(in target: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < target.count, target[index] != UInt8(ascii: "?") {
            guard target[index] == UInt8(ascii: "/") else {
                index += 1
                continue
            }
            index += 1
            var dots = 0
            while let width = dot(in: target, at: index) {
                dots += 1
                index += width
            }
            let isEnd =
                index == target.count || target[index] == UInt8(ascii: "/")
                || target[index] == UInt8(ascii: "?")
            if isEnd, dots == 1 || dots == 2 { return true }
        }
        return false
    }

    /// How many bytes the dot at `index` takes; nil when there is none.
    private static func dot(in target: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
        guard index < target.count else { return nil }
        if target[index] == UInt8(ascii: ".") { return 1 }
        guard
            target[index] == UInt8(ascii: "%"),
            index + 2 < target.count,
            target[index + 1] == UInt8(ascii: "2"),
            target[index + 2] | 0x20 == UInt8(ascii: "e")
        else { return nil }
        return 3
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

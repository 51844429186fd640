/// A path below a directory that has been checked: no way up, nothing hidden.
struct StaticPath {
    /// The path, decoded, with no slash at either end; empty for the root.
    private(set) var text: String
    /// Whether it named a directory: it was empty or ended with a slash.
    let isDirectory: Bool

    /// Decodes and checks a raw path without its first slash; nil when it must not be served.
    init?(_ raw: Substring) {
        var segments = raw.split(separator: "/", omittingEmptySubsequences: false)
        isDirectory = segments.last?.isEmpty ?? true
        if isDirectory, !segments.isEmpty {
            segments.removeLast()
        }
        var names: [String] = []
        for segment in segments {
            guard let name = PercentCoding.decode(segment), StaticPath.isServed(name, names.isEmpty)
            else { return nil }
            names.append(name)
        }
        text = names.joined(separator: "/")
    }

    /// Goes down into a directory.
    mutating func append(_ name: String) {
        text = text.isEmpty ? name : "\(text)/\(name)"
    }

    private static func isServed(_ name: String, _ isFirst: Bool) -> Bool {
        guard !name.isEmpty, !name.hasPrefix(".") || (isFirst && name == ".well-known") else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
        }
    }
}

/// A host to match: `example.com`, or `*.example.com` for every name below it.
///
/// Compared without case, without the port, and without the dot at the end of a name that is
/// written in full (`example.com.`). The wildcard stands for one label or several, but
/// not for none: `*.example.com` does not match `example.com`.
public struct HostPattern: Hashable, Sendable {
    /// The host in lower case; for a wildcard the part after the star, as in `.example.com`.
    package let name: String

    /// Whether the pattern begins with `*.`.
    public let isWildcard: Bool

    /// Reads a pattern.
    ///
    /// Nil for a port, a star elsewhere, an empty label, or a character that no host has.
    public init?(_ text: some StringProtocol) {
        let lowered = text.lowercased()
        isWildcard = lowered.hasPrefix("*.")
        name = isWildcard ? String(lowered.dropFirst()) : lowered
        let isLiteral = lowered.hasPrefix("[") && lowered.hasSuffix("]")
        let labels = (isWildcard ? name.dropFirst() : name[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            !label.isEmpty && label.utf8.allSatisfy(Self.isLabelByte)
        }
        guard isLiteral ? !isWildcard : isName else { return nil }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}

extension HostPattern: CustomStringConvertible {
    /// The pattern in lower case.
    public var description: String { isWildcard ? "*" + name : name }
}

/// A text that comes again and again.
struct RememberedText: Sendable {
    /// The longest text that is kept in bytes.
    private static let longest = 256

    private var last = ""

    /// The text of `bytes`; nil when `isValid` says no, which is asked of new texts only.
    @inline(__always)
    mutating func text(
        _ bytes: UnsafeRawBufferPointer,
        isValid: (UnsafeRawBufferPointer) -> Bool
    ) -> String? {
        if isLast(bytes) { return last }
        guard isValid(bytes) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        if bytes.count <= Self.longest { last = text }
        return text
    }

    @inline(__always)
    private func isLast(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // In the beginning there is none, and an empty one is not known to be valid.
        !bytes.isEmpty && last.utf8.count == bytes.count
            && last.utf8.span.withUnsafeBytes { HPACKComparison.isEqual($0, bytes) }
    }
}

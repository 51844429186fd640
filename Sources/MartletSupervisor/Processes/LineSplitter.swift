/// Splits what a program writes into lines of bounded length.
///
/// A longer line is cut; the cut says how much is missing. Bytes that are not UTF-8 are replaced.
package struct LineSplitter {
    /// The most bytes of one line that are kept.
    package static let maximumLineBytes = 8 * 1024

    private var pending: [UInt8] = []
    private var dropped = 0

    package init() {}

    /// Takes the next bytes and returns the lines that they complete.
    package mutating func split(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(takeLine())
            } else if pending.count < Self.maximumLineBytes {
                pending.append(byte)
            } else {
                dropped += 1
            }
        }
        return lines
    }

    /// The line that had no end, when there is one.
    package mutating func finish() -> String? {
        pending.isEmpty && dropped == 0 ? nil : takeLine()
    }

    private mutating func takeLine() -> String {
        if pending.last == UInt8(ascii: "\r"), dropped == 0 { pending.removeLast() }
        var line = String(decoding: pending, as: UTF8.self)
        if dropped > 0 { line += " … (\(dropped) bytes more)" }
        pending.removeAll(keepingCapacity: true)
        dropped = 0
        return line
    }
}

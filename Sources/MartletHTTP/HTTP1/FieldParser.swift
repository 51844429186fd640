import HTTPTypes
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads field lines (RFC 9112 §5) and keeps what framing needs to know of them.
///
/// Strict: a bare CR or LF, folding, a NUL or any other control character, whitespace before the
/// colon and an empty name are errors.
struct FieldParser {
    private(set) var slices: [Headers.Slice] = []
    private(set) var facts = FieldFacts()

    /// Forgets what it read.
    mutating func reset() {
        slices = []
        facts = FieldFacts()
    }

    /// Gives up the slices and forgets everything.
    mutating func take() -> (slices: [Headers.Slice], facts: FieldFacts) {
        defer { reset() }
        return (slices, facts)
    }

    /// Reads the line `bytes[line]`, which has no CRLF any more and is not empty.
    ///
    /// - Returns: What is wrong with it, or nil.
    mutating func parse(
        _ bytes: UnsafeRawBufferPointer,
        line: Range<Int>,
        limit: Int
    ) -> HTTP1Error? {
        if slices.count >= limit {
            return HTTP1Error(
                .requestHeaderFieldsTooLarge,
                "The message has more than \(limit) header fields."
            )
        }
        var index = line.lowerBound
        while index < line.upperBound, ASCII.isToken(bytes[index]) {
            index += 1
        }
        guard index < line.upperBound, bytes[index] == UInt8(ascii: ":"), index > line.lowerBound
        else {
            return nameError(bytes, line: line, at: index)
        }
        let name = line.lowerBound..<index
        var start = index + 1
        var end = line.upperBound
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        guard FieldText.isValid(bytes, start..<end) else {
            return .malformed("A header value has a control character.")
        }
        if slices.isEmpty {
            slices.reserveCapacity(12)
        }
        slices.append(
            Headers.Slice(
                nameStart: name.lowerBound,
                nameLength: name.count,
                valueStart: start,
                valueLength: end - start
            )
        )
        return facts.note(
            name: UnsafeRawBufferPointer(rebasing: bytes[name]),
            value: UnsafeRawBufferPointer(rebasing: bytes[start..<end]),
            index: slices.count - 1
        )
    }

    private func nameError(
        _ bytes: UnsafeRawBufferPointer,
        line: Range<Int>,
        at index: Int
    ) -> HTTP1Error {
        if isBlank(bytes[line.lowerBound]) {
            return .malformed("A header line begins with whitespace (line folding is refused).")
        }
        if index == line.lowerBound, bytes[index] == UInt8(ascii: ":") {
            return .malformed("A header line has no name.")
        }
        if index < line.upperBound, isBlank(bytes[index]) {
            return .malformed("A header name is followed by whitespace.")
        }
        return index == line.upperBound
            ? .malformed("A header line has no colon.")
            : .malformed("A header name has a character that is not allowed in one.")
    }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}

/// The characters of a field value (RFC 9110 §5.5).
enum FieldText {
    /// Whether there is no control character but HTAB; obsolete text (over 0x7F) is allowed.
    static func isValid(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        // Eight at a time: no byte may be under 0x20 or equal to 0x7F. A tab looks like the first
        // and is sorted out below.
        while index + 8 <= range.upperBound {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let underSpace = (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
            let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let isDelete = (delete &- 0x0101_0101_0101_0101) & ~delete & 0x8080_8080_8080_8080
            if underSpace | isDelete != 0 {
                for offset in index..<index + 8 where !isAllowed(bytes[offset]) {
                    return false
                }
            }
            index += 8
        }
        while index < range.upperBound {
            guard isAllowed(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    @inline(__always)
    private static func isAllowed(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == 0x09
    }
}

/// The parts of a file that a request asks for: the `Range` field (RFC 9110 §14.2).
enum ByteRanges: Equatable {
    /// The field is absent, broken, of another unit, or asks for too much: send everything.
    case everything
    /// These parts, in the order asked for; at least one, none empty.
    case parts([Range<Int>])
    /// None of the parts exists: 416.
    case unsatisfiable

    /// Reads the field for a file of `length` bytes.
    ///
    /// - Parameters:
    ///   - field: The value of `Range`.
    ///   - length: The size of the file.
    ///   - limit: How many ranges may be asked for.
    init(_ field: String, length: Int, limit: Int) {
        guard field.prefix(6).lowercased() == "bytes=" else {
            self = .everything
            return
        }
        var parts: [Range<Int>] = []
        var count = 0
        for element in field.dropFirst(6).split(separator: ",", omittingEmptySubsequences: false) {
            let text = element.drop { $0 == " " || $0 == "\t" }
            let trimmed = text.prefix { $0 != " " && $0 != "\t" }
            count += 1
            guard text[trimmed.endIndex...].allSatisfy({ $0 == " " || $0 == "\t" }),
                count <= limit, let range = ByteRanges.range(trimmed, length: length)
            else {
                self = .everything
                return
            }
            if !range.isEmpty {
                parts.append(range)
            }
        }
        // Ranges that together exceed the file overlap: a way to make a server send much for
        // little.
        if parts.reduce(0, { $0 + $1.count }) > length {
            self = .everything
        } else {
            self = parts.isEmpty ? .unsatisfiable : .parts(parts)
        }
    }

    /// One range; empty when the file has nothing there, nil when it is broken.
    private static func range(_ text: Substring, length: Int) -> Range<Int>? {
        guard let dash = text.firstIndex(of: "-") else { return nil }
        let first = text[..<dash]
        let last = text[text.index(after: dash)...]
        if first.isEmpty {
            guard let suffix = position(last) else { return nil }
            return max(0, length - suffix)..<length
        }
        guard let start = position(first) else { return nil }
        guard !last.isEmpty else { return min(start, length)..<length }
        guard let end = position(last), start <= end else { return nil }
        return start < length ? start..<min(end, length - 1) + 1 : length..<length
    }

    /// A position; one that is too long for an integer is beyond every file.
    private static func position(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        return Int(digits) ?? Int.max
    }
}

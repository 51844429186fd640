/// Reads a field's value by the grammar that most fields share: tokens, quoted strings,
/// parameters and lists (RFC 9110 §5.6).
struct FieldValueReader {
    private var rest: Substring.UTF8View

    init(_ value: String) {
        rest = Substring(value).utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Skips spaces and tabs.
    mutating func skipWhitespace() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    /// Consumes `byte` when it is next.
    mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        guard let next = rest.first, UInt32(next) == byte.value else { return false }
        rest.removeFirst()
        return true
    }

    /// The token that is next, or nil when none is.
    mutating func token() -> String? {
        let token = rest.prefix(while: ASCII.isToken)
        guard !token.isEmpty else { return nil }
        rest = rest[token.endIndex...]
        return String(Substring(token))
    }

    /// How quoted strings are read.
    enum Quoting {
        /// A backslash escapes whatever follows (RFC 9110 §5.6.4).
        case standard
        /// A backslash escapes only a quote or another one: browsers do not escape those in the
        /// names of files.
        case ofForms
    }

    /// The content of the quoted string that is next, its escapes removed; nil when none is or it
    /// does not end.
    mutating func quotedString(_ quoting: Quoting = .standard) -> String? {
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        var bytes: [UInt8] = []
        var tail = rest.dropFirst()
        while let byte = tail.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                rest = tail
                return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = tail.first else { return nil }
                let isEscape =
                    quoting == .standard || escaped == UInt8(ascii: "\"")
                    || escaped == UInt8(ascii: "\\")
                bytes.append(isEscape ? escaped : byte)
                if isEscape {
                    tail.removeFirst()
                }
            default:
                bytes.append(byte)
            }
        }
        return nil
    }

    /// The parameters that are next: `; name=value` any number of times, names in lower case.
    ///
    /// Nil when one is broken.
    mutating func parameters(_ quoting: Quoting = .standard) -> [MediaType.Parameter]? {
        var parameters: [MediaType.Parameter] = []
        while true {
            skipWhitespace()
            guard skip(";") else { return parameters }
            skipWhitespace()
            guard let name = token() else { continue }
            guard skip("="), let value = token() ?? quotedString(quoting) else { return nil }
            parameters.append(MediaType.Parameter(name.lowercased(), value))
        }
    }

    /// Skips the rest of a list's element and the comma after it.
    ///
    /// - Returns: Whether only whitespace was skipped before the comma or the end.
    mutating func skipElement() -> Bool {
        skipWhitespace()
        var isClean = true
        while let byte = rest.first {
            if byte == UInt8(ascii: ",") {
                rest.removeFirst()
                return isClean
            }
            isClean = false
            if quotedString() == nil {
                rest.removeFirst()
            }
        }
        return isClean
    }
}

extension FieldValueReader {
    /// An element of a preference list such as `Accept`: a value, its parameters, its weight.
    struct Preference {
        var value: String
        var parameters: [MediaType.Parameter]
        /// From 0, not acceptable, to 1000.
        var weight: Int
    }

    /// The most elements of a preference list that are read; the rest is ignored.
    static let preferenceLimit = 64

    /// Reads a list of weighted preferences (RFC 9110 §12.4.2); broken elements are left out.
    ///
    /// - Parameter readValue: Reads what stands before an element's parameters; nil when it is
    ///   broken.
    /// - Returns: The elements in their order.
    mutating func preferences(
        _ readValue: (inout FieldValueReader) -> String?
    ) -> [Preference] {
        var preferences: [Preference] = []
        var read = 0
        while !isAtEnd, read < FieldValueReader.preferenceLimit {
            skipWhitespace()
            let value = readValue(&self)
            let parameters = value == nil ? nil : self.parameters()
            guard skipElement(), let value, var parameters else {
                read += 1
                continue
            }
            read += 1
            var weight = 1000
            if let mark = parameters.firstIndex(where: { $0.name == "q" }) {
                guard let quality = FieldValueReader.weight(parameters[mark].value) else {
                    continue
                }
                weight = quality
                parameters.removeSubrange(mark...)
            }
            preferences.append(
                Preference(value: value, parameters: parameters, weight: weight)
            )
        }
        return preferences
    }

    /// A quality value in thousandths; nil when it is not one: `0`, `0.5`, `1.000`.
    static func weight(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard (1...5).contains(bytes.count), bytes[0] == 0x30 || bytes[0] == 0x31 else {
            return nil
        }
        guard bytes.count == 1 || bytes[1] == UInt8(ascii: ".") else { return nil }
        var weight = Int(bytes[0] - 0x30) * 1000
        var unit = 100
        for byte in bytes.dropFirst(2) {
            guard ASCII.isDigit(byte) else { return nil }
            weight += Int(byte - 0x30) * unit
            unit /= 10
        }
        return weight <= 1000 ? weight : nil
    }
}

/// Reads a document once: checks all of its syntax and notes where its values lie.
///
/// It does not recurse, so that the depth limit alone bounds what a document can do to it.
struct JSONParser {
    let bytes: UnsafeRawBufferPointer
    let limits: JSON.Limits
    var position = 0
    private(set) var tokens: [JSONToken] = []
    /// The place of the innermost container that is still open.
    private var container: Int?
    private var depth = 0

    init(_ bytes: UnsafeRawBufferPointer, limits: JSON.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// The tokens of the whole document.
    static func tokens(
        of bytes: UnsafeRawBufferPointer,
        limits: JSON.Limits
    ) throws(JSONError) -> [JSONToken] {
        guard bytes.count <= min(limits.size, Int(UInt32.max) - 1) else {
            throw JSONError(.limit, "the document has more than \(limits.size) bytes")
        }
        var parser = JSONParser(bytes, limits: limits)
        try parser.document()
        return parser.tokens
    }

    private mutating func document() throws(JSONError) {
        tokens.reserveCapacity(min(bytes.count / 6 + 4, 1_024))
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw malformed("a byte order mark is not allowed")
        }
        try value()
        while let open = container {
            tokens[open].kind == .object ? try member(of: open) : try element(of: open)
        }
        skipSpace()
        guard position == bytes.count else {
            throw malformed("expected the end of the document, found \(found())")
        }
    }

    /// Reads one scalar, or the opening bracket of a container with its first element's beginning.
    private mutating func value() throws(JSONError) {
        skipSpace()
        guard position < bytes.count else {
            throw malformed("expected a value, found the end of the document")
        }
        switch bytes[position] {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try open(.object)
        case UInt8(ascii: "["): try open(.array)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        case UInt8(ascii: "t"): try literal("true", .true)
        case UInt8(ascii: "f"): try literal("false", .false)
        case UInt8(ascii: "n"): try literal("null", .null)
        default: throw malformed("expected a value, found \(found())")
        }
    }

    private mutating func open(_ kind: JSONToken.Kind) throws(JSONError) {
        guard depth < limits.depth else {
            throw JSONError(
                .limit,
                "the document nests deeper than \(limits.depth)",
                offset: position
            )
        }
        depth &+= 1
        let outer = container.map { UInt32(truncatingIfNeeded: $0) } ?? UInt32.max
        container = tokens.count
        tokens.append(JSONToken(start: offset, end: 0, next: outer, kind: kind))
        position &+= 1
    }

    private mutating func close(_ place: Int) {
        let outer = tokens[place].next
        container = outer == UInt32.max ? nil : Int(outer)
        tokens[place].next = UInt32(truncatingIfNeeded: tokens.count)
        depth &-= 1
        position &+= 1
    }

    /// Reads the next member of an object or its end.
    private mutating func member(of place: Int) throws(JSONError) {
        skipSpace()
        let isFirst = tokens.count == place &+ 1
        if peek() == UInt8(ascii: "}") { return close(place) }
        if !isFirst {
            guard peek() == UInt8(ascii: ",") else {
                throw malformed("expected ',' or '}', found \(found())")
            }
            position &+= 1
            skipSpace()
        }
        guard peek() == UInt8(ascii: "\"") else {
            throw malformed("expected a member's name, found \(found())")
        }
        try string()
        skipSpace()
        guard peek() == UInt8(ascii: ":") else {
            throw malformed("expected ':', found \(found())")
        }
        position &+= 1
        try value()
    }

    /// Reads the next element of an array or its end.
    private mutating func element(of place: Int) throws(JSONError) {
        skipSpace()
        if peek() == UInt8(ascii: "]") { return close(place) }
        if tokens[place].end > 0 {
            guard peek() == UInt8(ascii: ",") else {
                throw malformed("expected ',' or ']', found \(found())")
            }
            position &+= 1
        }
        tokens[place].end &+= 1
        try value()
    }

    private mutating func literal(
        _ text: StaticString,
        _ kind: JSONToken.Kind
    ) throws(JSONError) {
        let length = text.utf8CodeUnitCount
        let start = offset
        for index in 0..<length {
            // Sound: the index is below the length of the static text.
            guard position < bytes.count, bytes[position] == text.utf8Start[index] else {
                throw malformed("expected '\(text)', found \(found())")
            }
            position &+= 1
        }
        add(kind, from: start, to: offset)
    }

    /// Reads a number (RFC 8259 §6).
    private mutating func number() throws(JSONError) {
        let start = offset
        var flags: JSONToken.Flags = []
        if peek() == UInt8(ascii: "-") { position &+= 1 }
        if peek() == UInt8(ascii: "0") {
            position &+= 1
            if let next = peek(), ASCII.isDigit(next) {
                throw malformed("a number must not begin with a zero")
            }
        } else {
            try digits()
        }
        if peek() == UInt8(ascii: ".") {
            flags = .fractional
            position &+= 1
            try digits()
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            flags = .fractional
            position &+= 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position &+= 1 }
            try digits()
        }
        add(.number, from: start, to: offset, flags)
    }

    @inline(__always)
    private mutating func digits() throws(JSONError) {
        let start = position
        while position < bytes.count, ASCII.isDigit(bytes[position]) { position &+= 1 }
        if position == start { throw malformed("expected a digit, found \(found())") }
    }

    @inline(__always)
    mutating func add(
        _ kind: JSONToken.Kind,
        from start: UInt32,
        to end: UInt32,
        _ flags: JSONToken.Flags = []
    ) {
        let next = UInt32(truncatingIfNeeded: tokens.count &+ 1)
        tokens.append(JSONToken(start: start, end: end, next: next, kind: kind, flags: flags))
    }

    @inline(__always)
    var offset: UInt32 { UInt32(truncatingIfNeeded: position) }

    @inline(__always)
    private func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    @inline(__always)
    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] <= 0x20 {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }

    func malformed(_ reason: String) -> JSONError {
        JSONError(.malformed, reason, offset: position)
    }

    /// What stands at the position, for an error.
    func found() -> String {
        guard position < bytes.count else { return "the end of the document" }
        let byte = bytes[position]
        guard byte > 0x20, byte < 0x7F else { return "byte 0x" + String(byte, radix: 16) }
        return "'\(Character(Unicode.Scalar(byte)))'"
    }
}

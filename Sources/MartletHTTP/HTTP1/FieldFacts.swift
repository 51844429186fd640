/// What a message's header fields say about framing and the connection.
struct FieldFacts {
    /// The value of the one `Content-Length`.
    private(set) var contentLength: Int?
    /// Whether the one `Transfer-Encoding` is `chunked`.
    private(set) var isChunked = false
    /// The index of the one `Host`.
    private(set) var hostIndex: Int?
    /// `Connection: close`.
    private(set) var saysClose = false
    /// `Connection: keep-alive`.
    private(set) var saysKeepAlive = false
    /// `Connection: upgrade`.
    private(set) var saysUpgrade = false
    /// There is an `Upgrade` field.
    private(set) var hasUpgrade = false
    /// `Expect: 100-continue`.
    private(set) var expectsContinue = false
    /// Another expectation, which no server here can meet.
    private(set) var expectsOther = false

    /// Takes note of a field.
    ///
    /// - Returns: What makes the message unacceptable, or nil.
    @inline(__always)
    mutating func note(
        name: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer,
        index: Int
    ) -> HTTP1Error? {
        switch name.count {
        case 4 where ASCII.equals(name, "host"): noteHost(index)
        case 6 where ASCII.equals(name, "expect"): noteExpect(value)
        case 7 where ASCII.equals(name, "upgrade"): noteUpgrade()
        case 10 where ASCII.equals(name, "connection"): noteConnection(value)
        case 14 where ASCII.equals(name, "content-length"): noteLength(value)
        case 17 where ASCII.equals(name, "transfer-encoding"): noteCoding(value)
        default: nil
        }
    }

    private mutating func noteHost(_ index: Int) -> HTTP1Error? {
        guard hostIndex == nil else { return .malformed("There are several Host fields.") }
        hostIndex = index
        return nil
    }

    private mutating func noteUpgrade() -> HTTP1Error? {
        hasUpgrade = true
        return nil
    }

    private mutating func noteExpect(_ value: UnsafeRawBufferPointer) -> HTTP1Error? {
        if value.count == 12, ASCII.equals(value, "100-continue") {
            expectsContinue = true
        } else {
            expectsOther = true
        }
        return nil
    }

    private mutating func noteLength(_ value: UnsafeRawBufferPointer) -> HTTP1Error? {
        guard contentLength == nil else {
            return .malformed("There are several Content-Length fields.")
        }
        // 18 digits cannot overflow, and no message is longer.
        guard (1...18).contains(value.count), value.allSatisfy(ASCII.isDigit) else {
            return .malformed("The Content-Length is not a number of bytes.")
        }
        var length = 0
        for byte in value {
            length = length * 10 + Int(byte &- 0x30)
        }
        contentLength = length
        return nil
    }

    private mutating func noteCoding(_ value: UnsafeRawBufferPointer) -> HTTP1Error? {
        guard !isChunked else {
            return .malformed("There are several Transfer-Encoding fields.")
        }
        guard value.count == 7, ASCII.equals(value, "chunked") else {
            return .malformed("The Transfer-Encoding is not 'chunked'.")
        }
        isChunked = true
        return nil
    }

    private mutating func noteConnection(_ value: UnsafeRawBufferPointer) -> HTTP1Error? {
        var start = 0
        while start <= value.count {
            var end = start
            while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
            var first = start
            var last = end
            while first < last, value[first] == 0x20 || value[first] == 0x09 { first += 1 }
            while last > first, value[last - 1] == 0x20 || value[last - 1] == 0x09 { last -= 1 }
            noteOption(UnsafeRawBufferPointer(rebasing: value[first..<last]))
            start = end + 1
        }
        return nil
    }

    private mutating func noteOption(_ option: UnsafeRawBufferPointer) {
        switch option.count {
        case 5 where ASCII.equals(option, "close"): saysClose = true
        case 10 where ASCII.equals(option, "keep-alive"): saysKeepAlive = true
        case 7 where ASCII.equals(option, "upgrade"): saysUpgrade = true
        default: break
        }
    }
}

extension ASCII {
    /// Whether `bytes`, lowercased, are `lowercase`.
    ///
    /// Both must be of the same length.
    @inline(__always)
    package static func equals(
        _ bytes: UnsafeRawBufferPointer,
        _ lowercase: StaticString
    ) -> Bool {
        equalsLowercase(
            bytes,
            // Sound because a static string's bytes live as long as the process.
            lowercase: UnsafeBufferPointer(
                start: lowercase.utf8Start,
                count: lowercase.utf8CodeUnitCount
            )
        )
    }

    /// Whether `bytes` are `text`, case and all.
    ///
    /// Both must be of the same length.
    @inline(__always)
    package static func isExactly(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        assert(bytes.count == text.utf8CodeUnitCount, "the caller compares lengths first")
        for index in 0..<bytes.count where bytes[index] != text.utf8Start[index] {
            return false
        }
        return true
    }
}

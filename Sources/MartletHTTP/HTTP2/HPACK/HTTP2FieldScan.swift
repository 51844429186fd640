/// Checks the fields of a message, and finds those that its head is made of (RFC 9113 §8.2, §8.3).
struct HTTP2FieldScan {
    /// What the fields belong to.
    enum Section {
        case request
        case response
        case trailers
    }

    private let section: Section
    /// How many pseudo-header fields there are; they are the first.
    private(set) var pseudoCount = 0
    private(set) var method: Headers.Slice?
    private(set) var scheme: Headers.Slice?
    private(set) var authority: Headers.Slice?
    private(set) var path: Headers.Slice?
    private(set) var protocolName: Headers.Slice?
    private(set) var status: Headers.Slice?
    private(set) var host: Headers.Slice?
    /// The index of the first `Cookie`.
    private(set) var firstCookie: Int?
    private(set) var cookieCount = 0
    private(set) var contentLength: Int?
    private(set) var expectsContinue = false
    private(set) var expectsOther = false

    init(_ section: Section) {
        self.section = section
    }

    /// Looks at all fields.
    ///
    /// - Throws: When one of them makes the message malformed.
    mutating func scan(
        _ slices: [Headers.Slice],
        in bytes: UnsafeRawBufferPointer
    ) throws(HTTP2MessageError) {
        for index in slices.indices {
            let slice = slices[index]
            let name = UnsafeRawBufferPointer(rebasing: bytes[slice.nameRange])
            let value = UnsafeRawBufferPointer(rebasing: bytes[slice.valueRange])
            guard HTTP2FieldText.isValidValue(value) else {
                throw HTTP2MessageError("A field value has a character that is not allowed in it.")
            }
            if name.first == UInt8(ascii: ":") {
                guard pseudoCount == index else {
                    throw HTTP2MessageError("A pseudo-header field comes after another field.")
                }
                pseudoCount += 1
                try notePseudo(name, slice)
            } else {
                guard HTTP2FieldText.isValidName(name) else {
                    throw HTTP2MessageError(
                        "A field name is empty or has a character that is not allowed in it."
                    )
                }
                try note(name, value, slice, index)
            }
        }
    }

    // MARK: Pseudo-header fields

    private mutating func notePseudo(
        _ name: UnsafeRawBufferPointer,
        _ slice: Headers.Slice
    ) throws(HTTP2MessageError) {
        switch (section, name.count) {
        case (.request, 5) where ASCII.isExactly(name, ":path"): try set(&path, slice)
        case (.request, 7) where ASCII.isExactly(name, ":method"): try set(&method, slice)
        case (.request, 7) where ASCII.isExactly(name, ":scheme"): try set(&scheme, slice)
        case (.request, 10) where ASCII.isExactly(name, ":authority"): try set(&authority, slice)
        case (.request, 9) where ASCII.isExactly(name, ":protocol"): try set(&protocolName, slice)
        case (.response, 7) where ASCII.isExactly(name, ":status"): try set(&status, slice)
        case (.trailers, _): throw HTTP2MessageError("The trailers have a pseudo-header field.")
        default: throw HTTP2MessageError("There is a pseudo-header field that is not defined here.")
        }
    }

    @inline(__always)
    private func set(
        _ field: inout Headers.Slice?,
        _ slice: Headers.Slice
    ) throws(HTTP2MessageError) {
        guard field == nil else { throw HTTP2MessageError("A pseudo-header field comes twice.") }
        field = slice
    }

    // MARK: Other fields

    @inline(__always)
    private mutating func note(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        _ slice: Headers.Slice,
        _ index: Int
    ) throws(HTTP2MessageError) {
        switch name.count {
        case 2 where ASCII.isExactly(name, "te"):
            guard value.count == 8, ASCII.equals(value, "trailers") else {
                throw HTTP2MessageError("TE says something else than 'trailers'.")
            }
        case 4 where ASCII.isExactly(name, "host"):
            guard host == nil else { throw HTTP2MessageError("There are several Host fields.") }
            host = slice
        case 6 where ASCII.isExactly(name, "cookie"):
            firstCookie = firstCookie ?? index
            cookieCount += 1
        case 6 where ASCII.isExactly(name, "expect"):
            noteExpect(value)
        case 14 where ASCII.isExactly(name, "content-length"):
            try noteLength(value)
        case 7, 10, 16, 17:
            if HTTP2FieldText.isConnectionSpecific(name) {
                throw HTTP2MessageError("There is a field that only HTTP/1.1 connections have.")
            }
        default:
            break
        }
    }

    private mutating func noteExpect(_ value: UnsafeRawBufferPointer) {
        if value.count == 12, ASCII.equals(value, "100-continue") {
            expectsContinue = true
        } else {
            expectsOther = true
        }
    }

    private mutating func noteLength(
        _ value: UnsafeRawBufferPointer
    ) throws(HTTP2MessageError) {
        guard contentLength == nil else {
            throw HTTP2MessageError("There are several Content-Length fields.")
        }
        // 18 digits cannot overflow, and no message is longer.
        guard (1...18).contains(value.count), value.allSatisfy(ASCII.isDigit) else {
            throw HTTP2MessageError("The Content-Length is not a number of bytes.")
        }
        contentLength = value.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }
}

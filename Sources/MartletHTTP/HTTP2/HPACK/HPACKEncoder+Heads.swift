package import HTTPTypes
package import NIOCore

// MARK: - Heads and trailers

extension HPACKEncoder {
    /// Encodes `:status`.
    package mutating func encodeStatus(_ code: Int, into out: inout ByteBuffer) {
        encodeDecimal(":status", code, into: &out)
    }

    /// Encodes `content-length`.
    package mutating func encodeContentLength(_ length: Int, into out: inout ByteBuffer) {
        encodeDecimal("content-length", length, into: &out)
    }

    private mutating func encodeDecimal(
        _ name: StaticString,
        _ number: Int,
        into out: inout ByteBuffer
    ) {
        precondition(number >= 0, "Lengths and status codes are not negative.")
        // Sound because a static string's bytes live as long as the process.
        let name = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var start = 20
            var rest = number
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            encode(name, UnsafeRawBufferPointer(rebasing: digits[start...]), into: &out)
        }
    }

    /// Encodes the pseudo-header fields of a request (RFC 9113 §8.3.1).
    ///
    /// - Parameters:
    ///   - method: `:method`.
    ///   - scheme: `:scheme`; left out for a CONNECT without a protocol.
    ///   - authority: `:authority`; left out when it is empty.
    ///   - target: `:path`; left out for a CONNECT without a protocol.
    ///   - protocolName: `:protocol` of an extended CONNECT (RFC 8441).
    ///   - out: Where the block is written to.
    package mutating func encodeRequest(
        method: HTTPRequest.Method,
        scheme: String,
        authority: String,
        target: String,
        protocolName: String? = nil,
        into out: inout ByteBuffer
    ) {
        encode(":method", method.rawValue, into: &out)
        if method != .connect || protocolName != nil {
            encode(":scheme", scheme, into: &out)
            encode(":path", target, into: &out)
        }
        if !authority.isEmpty {
            encode(":authority", authority, into: &out)
        }
        if let protocolName {
            encode(":protocol", protocolName, into: &out)
        }
    }

    /// Encodes header fields or trailers, their names in lower case.
    ///
    /// Left out are `Content-Length` and `Host`, which are the caller's to say, the fields of a
    /// connection (RFC 9113 §8.2.2), and blanks around values. A field that came never-indexed
    /// leaves so (RFC 7541 §6.2.3).
    ///
    /// - Returns: Which of some fields were among them.
    package mutating func encode(
        _ headers: Headers,
        into out: inout ByteBuffer
    ) -> HTTP2FieldsPresent {
        var present = HTTP2FieldsPresent()
        guard !headers.isEmpty else { return present }
        headers.bytes.withUnsafeReadableBytes { bytes in
            HPACKOutput.write(atMost: Self.size(of: headers), into: &out) { output in
                for slice in headers.slices {
                    let name = UnsafeRawBufferPointer(rebasing: bytes[slice.nameRange])
                    let value = Self.trim(UnsafeRawBufferPointer(rebasing: bytes[slice.valueRange]))
                    let indexing: HPACKIndexing? = slice.isNeverIndexed ? .never : nil
                    if !name.contains(where: { $0 &- 0x41 < 26 }) {
                        writeField(name, value, indexing, &present, to: &output)
                        continue
                    }
                    withUnsafeTemporaryAllocation(byteCount: name.count, alignment: 1) { lower in
                        for index in 0..<name.count {
                            lower[index] = ASCII.lowercased(name[index])
                        }
                        let name = UnsafeRawBufferPointer(lower)
                        writeField(name, value, indexing, &present, to: &output)
                    }
                }
            }
        }
        return present
    }

    /// The most bytes that the fields take.
    private static func size(of headers: Headers) -> Int {
        headers.slices.reduce(0) {
            $0 + Int($1.nameLength) + Int($1.valueLength) + HPACKOutput.overhead
        }
    }

    @inline(__always)
    private mutating func writeField(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        _ indexing: HPACKIndexing?,
        _ present: inout HTTP2FieldsPresent,
        to output: inout HPACKOutput
    ) {
        switch name.count {
        case 2 where ASCII.isExactly(name, "te"):
            guard value.count == 8, ASCII.equals(value, "trailers") else { return }
            present.insert(.te)
        case 4 where ASCII.isExactly(name, "date"): present.insert(.date)
        case 4 where ASCII.isExactly(name, "host"): return
        case 6 where ASCII.isExactly(name, "server"): present.insert(.server)
        case 10 where ASCII.isExactly(name, "user-agent"): present.insert(.userAgent)
        case 12 where ASCII.isExactly(name, "content-type"): present.insert(.contentType)
        case 14 where ASCII.isExactly(name, "content-length"):
            present.insert(.contentLength)
            return
        case 7, 10, 16, 17:
            if HTTP2FieldText.isConnectionSpecific(name) { return }
        default: break
        }
        write(name, value, indexing: indexing, to: &output)
    }

    /// The value without the blanks at its ends, with which it would be malformed.
    @inline(__always)
    private static func trim(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = value.count
        while start < end, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
        while end > start, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: value[start..<end])
    }
}

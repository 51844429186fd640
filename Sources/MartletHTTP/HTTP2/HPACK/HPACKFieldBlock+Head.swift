import NIOCore

extension HPACKFieldBlock {
    /// Checks the fields and finds those that a head is made of.
    func scan(_ section: HTTP2FieldScan.Section) throws(HTTP2MessageError) -> HTTP2FieldScan {
        assert(!isTooLarge, "A block that is too large is not read.")
        var scan = HTTP2FieldScan(section)
        let error = bytes.withUnsafeReadableBytes { bytes -> HTTP2MessageError? in
            do throws(HTTP2MessageError) {
                try scan.scan(slices, in: bytes)
                return nil
            } catch {
                return error
            }
        }
        if let error { throw error }
        return scan
    }

    /// Makes one `Cookie` of several (RFC 9113 §8.2.3).
    mutating func joinCookies(_ scan: HTTP2FieldScan) {
        guard let first = scan.firstCookie, scan.cookieCount > 1 else { return }
        let cookie = slices[first]
        var joined: [UInt8] = []
        var kept = first
        for index in first..<slices.count {
            let slice = slices[index]
            if isSameName(slice, cookie) {
                bytes.withUnsafeReadableBytes { bytes in
                    if index > first { joined += "; ".utf8 }
                    joined += bytes[slice.valueRange]
                }
            } else {
                kept += 1
                slices[kept] = slice
            }
        }
        slices.removeSubrange((kept + 1)...)
        slices[first] = Headers.Slice(
            nameStart: cookie.nameRange.lowerBound,
            nameLength: cookie.nameRange.count,
            valueStart: bytes.writerIndex,
            valueLength: joined.count
        )
        bytes.writeBytes(joined)
    }

    private func isSameName(_ slice: Headers.Slice, _ other: Headers.Slice) -> Bool {
        guard slice.nameLength == other.nameLength else { return false }
        return bytes.withUnsafeReadableBytes { bytes in
            bytes[slice.nameRange].elementsEqual(bytes[other.nameRange])
        }
    }

    /// Takes the pseudo-header fields away, and puts `Host` in their place when it has a value.
    mutating func dropPseudoFields(_ scan: HTTP2FieldScan, host: Headers.Slice?) {
        guard let host else {
            slices.removeFirst(scan.pseudoCount)
            return
        }
        let nameStart = bytes.writerIndex
        let nameLength = bytes.writeStaticString("host")
        slices[scan.pseudoCount - 1] = Headers.Slice(
            nameStart: nameStart,
            nameLength: nameLength,
            valueStart: host.valueRange.lowerBound,
            valueLength: host.valueRange.count
        )
        slices.removeFirst(scan.pseudoCount - 1)
    }
}

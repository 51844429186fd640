package import NIOCore

/// HTTP's dates (RFC 9110 §5.6.7): written as IMF-fixdate, read in all three forms.
///
/// Times are whole seconds since 1970-01-01 00:00:00 UTC, without leap seconds.
public enum HTTPDate: Sendable {
    /// The number of bytes of an IMF-fixdate.
    public static let length = 29

    /// The first and the last second of the years 0 to 9999, which are all that the form can say.
    package static let representable: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// Writes a time as in `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// - Parameter secondsSince1970: The time; outside the years 0 to 9999 the nearest end of them
    ///   is written.
    /// - Returns: The 29 characters.
    public static func format(secondsSince1970: Int64) -> String {
        String(unsafeUninitializedCapacity: length) { bytes in
            write(secondsSince1970, into: UnsafeMutableRawBufferPointer(bytes))
            return length
        }
    }

    /// Reads a date in any of the three forms: IMF-fixdate, RFC 850 or asctime.
    ///
    /// The name of the day must be one of the seven; it is not compared with the date.
    ///
    /// - Parameters:
    ///   - text: The field's value.
    ///   - now: The present, in the same unit, which a year of two digits (RFC 850) is read
    ///     against: never more than 50 years ahead. When it is nil, 70 to 99 are of the 1900s and
    ///     00 to 69 of the 2000s.
    /// - Returns: The seconds since 1970, or nil when the text is not a date.
    public static func parse(_ text: String, now: Int64? = nil) -> Int64? {
        var text = text
        return text.withUTF8 { parse(UnsafeRawBufferPointer($0), now: now) }
    }

    /// Reads a date from its bytes, like ``parse(_:now:)``.
    package static func parse(_ bytes: UnsafeRawBufferPointer, now: Int64? = nil) -> Int64? {
        var reader = HTTPDateReader(bytes)
        return reader.date(now: now)
    }

    /// Writes the 29 bytes of a date into `output`, which has room for them.
    package static func write(_ secondsSince1970: Int64, into output: UnsafeMutableRawBufferPointer)
    {
        precondition(output.count >= length, "An HTTP date needs 29 bytes.")
        let seconds = min(
            max(secondsSince1970, representable.lowerBound),
            representable.upperBound
        )
        let days = (seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400
        let time = Int(seconds - days * 86_400)
        let date = CivilDate(daysSince1970: Int(days))
        // 1970-01-01 was a Thursday.
        put(dayNames, (Int(days) % 7 + 11) % 7, at: 0, output)
        output[3] = UInt8(ascii: ",")
        output[4] = UInt8(ascii: " ")
        put(date.day, at: 5, output)
        output[7] = UInt8(ascii: " ")
        put(monthNames, date.month - 1, at: 8, output)
        output[11] = UInt8(ascii: " ")
        put(date.year / 100, at: 12, output)
        put(date.year % 100, at: 14, output)
        output[16] = UInt8(ascii: " ")
        put(time / 3_600, at: 17, output)
        output[19] = UInt8(ascii: ":")
        put(time / 60 % 60, at: 20, output)
        output[22] = UInt8(ascii: ":")
        put(time % 60, at: 23, output)
        for (offset, byte) in " GMT".utf8.enumerated() {
            output[25 + offset] = byte
        }
    }

    /// The names of the days, three letters each, from Sunday.
    static let dayNames: StaticString = "SunMonTueWedThuFriSat"
    /// The names of the months, three letters each.
    static let monthNames: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// Writes a name; the caller's `output` reaches three bytes past `offset`.
    private static func put(
        _ names: StaticString,
        _ index: Int,
        at offset: Int,
        _ output: UnsafeMutableRawBufferPointer
    ) {
        // Sound: the index is below the number of names, and the names are static memory.
        let start = names.utf8Start + index * 3
        for letter in 0..<3 {
            output[offset + letter] = start[letter]
        }
    }

    /// Writes two digits; the caller's `output` reaches two bytes past `offset`.
    private static func put(
        _ value: Int,
        at offset: Int,
        _ output: UnsafeMutableRawBufferPointer
    ) {
        output[offset] = 0x30 + UInt8(truncatingIfNeeded: value / 10)
        output[offset + 1] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
    }
}

extension ByteBuffer {
    /// Writes a time as an HTTP date of 29 bytes.
    package mutating func writeHTTPDate(_ secondsSince1970: Int64) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: HTTPDate.length) { output in
            HTTPDate.write(secondsSince1970, into: output)
            return HTTPDate.length
        }
    }
}

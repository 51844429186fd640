/// Reads one of HTTP's three date forms from the start of its bytes to their end.
struct HTTPDateReader {
    // Sound: a reader lives only inside the closure that lends it these bytes.
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// Reads `bytes`, which must outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The date, or nil when the bytes are not one.
    ///
    /// The form shows after the day's name: `Sun,` begins IMF-fixdate, `Sunday,` RFC 850, and
    /// `Sun ` asctime.
    mutating func date(now: Int64?) -> Int64? {
        guard let day = name(HTTPDate.dayNames, count: 7) else { return nil }
        if skip(" ") { return asctime() }
        if skip(", ") { return fixdate() }
        guard skipRestOfDay(day), skip(", ") else { return nil }
        return rfc850(now: now)
    }

    private mutating func fixdate() -> Int64? {
        guard let day = number(2), skip(" "),
            let month = name(HTTPDate.monthNames, count: 12), skip(" "),
            let year = number(4), skip(" "),
            let time = time(), skip(" GMT")
        else { return nil }
        return seconds(year: year, month: month, day: day, time: time)
    }

    private mutating func rfc850(now: Int64?) -> Int64? {
        guard let day = number(2), skip("-"),
            let month = name(HTTPDate.monthNames, count: 12), skip("-"),
            let shortYear = number(2), skip(" "),
            let time = time(), skip(" GMT")
        else { return nil }
        let year: Int
        if let now {
            let present = CivilDate(daysSince1970: Int(clamping: now / 86_400)).year
            let sameCentury = present - present % 100 + shortYear
            year = sameCentury > present + 50 ? sameCentury - 100 : sameCentury
        } else {
            year = shortYear < 70 ? 2_000 + shortYear : 1_900 + shortYear
        }
        return seconds(year: year, month: month, day: day, time: time)
    }

    private mutating func asctime() -> Int64? {
        guard let month = name(HTTPDate.monthNames, count: 12), skip(" "),
            let day = skip(" ") ? number(1) : number(2), skip(" "),
            let time = time(), skip(" "),
            let year = number(4)
        else { return nil }
        return seconds(year: year, month: month, day: day, time: time)
    }

    /// Reads `hh:mm:ss`; 60 is a leap second.
    private mutating func time() -> Int? {
        guard let hour = number(2), hour < 24, skip(":"),
            let minute = number(2), minute < 60, skip(":"),
            let second = number(2), second <= 60
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    private func seconds(year: Int, month: Int, day: Int, time: Int) -> Int64? {
        guard position == bytes.count,
            let date = CivilDate(year: year, month: month + 1, day: day)
        else { return nil }
        return Int64(date.daysSince1970) * 86_400 + Int64(time)
    }

    /// Reads exactly `digits` decimal digits.
    private mutating func number(_ digits: Int) -> Int? {
        guard position + digits <= bytes.count else { return nil }
        var value = 0
        for _ in 0..<digits {
            guard ASCII.isDigit(bytes[position]) else { return nil }
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
        }
        return value
    }

    /// Reads one of `count` names of three letters and returns its index.
    private mutating func name(_ names: StaticString, count: Int) -> Int? {
        guard position + 3 <= bytes.count else { return nil }
        for index in 0..<count {
            // Sound: the index is below the number of names, and the names are static memory.
            let name = names.utf8Start + index * 3
            if name[0] == bytes[position], name[1] == bytes[position + 1],
                name[2] == bytes[position + 2]
            {
                position += 3
                return index
            }
        }
        return nil
    }

    /// Reads what follows a day's first three letters in its full name.
    private mutating func skipRestOfDay(_ day: Int) -> Bool {
        switch day {
        case 2: skip("sday")
        case 3: skip("nesday")
        case 4: skip("rsday")
        case 6: skip("urday")
        default: skip("day")
        }
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard position + length <= bytes.count else { return false }
        for offset in 0..<length where text.utf8Start[offset] != bytes[position + offset] {
            return false
        }
        position += length
        return true
    }
}

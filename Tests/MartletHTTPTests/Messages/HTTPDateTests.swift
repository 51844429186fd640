import MartletHTTP
import Testing

@Suite struct HTTPDateTests {
    @Test("RFC 9110's example reads the same in all three forms")
    func threeForms() {
        #expect(HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(HTTPDate.parse("Sunday, 06-Nov-94 08:49:37 GMT") == 784_111_777)
        #expect(HTTPDate.parse("Sun Nov  6 08:49:37 1994") == 784_111_777)
        #expect(HTTPDate.parse("Wed Nov 16 08:49:37 1994") == 784_975_777)
    }

    @Test("a time is written as IMF-fixdate")
    func format() {
        #expect(HTTPDate.format(secondsSince1970: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.format(secondsSince1970: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.format(secondsSince1970: -1) == "Wed, 31 Dec 1969 23:59:59 GMT")
        #expect(HTTPDate.format(secondsSince1970: 951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
    }

    @Test("a time outside the years 0 to 9999 is written as the nearest end")
    func clamped() {
        #expect(HTTPDate.format(secondsSince1970: .max) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(HTTPDate.format(secondsSince1970: .min) == "Sat, 01 Jan 0000 00:00:00 GMT")
    }

    @Test("every day of 800 years is read back as it was written")
    func roundTrip() {
        for day in Int64(-146_097)..<146_097 {
            let time = day * 86_400 + (day * 7_919 % 86_400 + 86_400) % 86_400
            #expect(HTTPDate.parse(HTTPDate.format(secondsSince1970: time)) == time)
        }
    }

    @Test("a year of two digits is never more than 50 years ahead of the present")
    func shortYears() {
        let inThe2020s: Int64 = 1_780_000_000
        let date = "Tuesday, 01-Jan-80 00:00:00 GMT"
        #expect(HTTPDate.parse(date, now: inThe2020s) == 315_532_800)
        #expect(HTTPDate.parse("Monday, 01-Jan-70 00:00:00 GMT", now: inThe2020s) == 3_155_760_000)
        #expect(HTTPDate.parse("Monday, 01-Jan-69 00:00:00 GMT") == 3_124_224_000)
    }

    @Test(
        "what is not a date is refused",
        arguments: [
            "", "Sun", "Sun,", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:00:61 GMT",
            "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
            "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunsday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov -994 08:49:37 GMT",
        ]
    )
    func refused(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }
}

import MartletHTTP
import TestSupport
import Testing

@Suite struct JSONNumberTests {
    private func checkBounds<Number: FixedWidthInteger & Codable>(_ type: Number.Type) throws {
        #expect(try value("\(Number.max)", as: type) == .max)
        #expect(try value("\(Number.min)", as: type) == .min)
        #expect(try json(Number.max) == "\(Number.max)")
        #expect(try json([Number.min, 0, 1, 9, 10, 99, 100]) == "[\(Number.min),0,1,9,10,99,100]")
        let text = "{\"n\":\(Number.min)}"
        #expect(try json(["n": Number.min]) == text)
        #expect(try value(text, as: [String: Number].self) == ["n": .min])
        #expect(try value("[\(Number.max)]", as: [Number].self) == [.max])
        let beyond = "\(Number.max)".dropLast() + "8"
        #expect(throws: JSONError.self) { try value(beyond + "0", as: type) }
        #expect(throws: JSONError.self) { try value("\(Number.max)9", as: type) }
        #expect(throws: JSONError.self) { try value("-\(Number.max)9", as: type) }
        #expect(throws: JSONError.self) { try value("1e40", as: type) }
        #expect(throws: JSONError.self) { try value("1.5", as: type) }
        #expect(throws: JSONError.self) { try value("\"1\"", as: type) }
    }

    @Test("every width of integer is exact to its bounds and refuses what is beyond")
    func bounds() throws {
        try checkBounds(Int8.self)
        try checkBounds(Int16.self)
        try checkBounds(Int32.self)
        try checkBounds(Int64.self)
        try checkBounds(Int.self)
        try checkBounds(Int128.self)
        try checkBounds(UInt8.self)
        try checkBounds(UInt16.self)
        try checkBounds(UInt32.self)
        try checkBounds(UInt64.self)
        try checkBounds(UInt.self)
        try checkBounds(UInt128.self)
        #expect(throws: JSONError.self) { try value("256", as: UInt8.self) }
        #expect(throws: JSONError.self) { try value("128", as: Int8.self) }
        #expect(throws: JSONError.self) { try value("-129", as: Int8.self) }
        #expect(throws: JSONError.self) { try value("9223372036854775808", as: Int64.self) }
        #expect(throws: JSONError.self) { try value("18446744073709551616", as: UInt64.self) }
        #expect(throws: JSONError.self) { try value("-1", as: UInt.self) }
    }

    @Test("a whole number is an integer however it is written")
    func wholeNumbers() throws {
        #expect(try value("1.0", as: Int.self) == 1)
        #expect(try value("-1.20e2", as: Int.self) == -120)
        #expect(try value("120e-1", as: Int.self) == 12)
        #expect(try value("0.0", as: UInt8.self) == 0)
        #expect(try value("-0", as: UInt8.self) == 0)
        #expect(try value("0e999999999999999999999", as: Int.self) == 0)
        #expect(try value("9223372036854775807.000", as: Int.self) == .max)
        #expect(try value("9223372036854775807e0", as: Int.self) == .max)
        #expect(throws: JSONError.self) { try value("9223372036854775808.0", as: Int.self) }
        #expect(throws: JSONError.self) { try value("1e-1", as: Int.self) }
        #expect(throws: JSONError.self) { try value("1e999999999999999999999", as: Int.self) }
        #expect(throws: JSONError.self) { try value("1e-999999999999999999999", as: Int.self) }
        #expect(
            failure("9223372036854775807.5", as: Int.self)
                == "9223372036854775807.5 is not an Int (at byte 0)"
        )
    }

    @Test(
        "a Double is the one nearest to the text",
        arguments: [
            ("0", 0.0), ("1.5", 1.5), ("-2.5e3", -2_500), ("1e22", 1e22), ("1e23", 1e23),
            ("123456789012345", 123_456_789_012_345), ("9007199254740993", 9_007_199_254_740_992),
            ("1e-5", 1e-5), ("4.9e-324", .leastNonzeroMagnitude),
            ("1.7976931348623157e308", .greatestFiniteMagnitude),
            ("2.2250738585072011e-308", .leastNormalMagnitude.nextDown), ("1e-400", 0),
            ("0.1000000000000000055511151231257827021181583404541015625", 0.1),
        ]
    )
    func doubles(text: String, expected: Double) throws {
        #expect(try value(text, as: Double.self) == expected)
    }

    @Test("a number beyond the largest is refused rather than infinite")
    func overflow() {
        #expect(
            failure("[1e400]", as: [Double].self)
                == "[0]: 1e400 is too large for a Double (at byte 1)"
        )
        #expect(failure("-1e39", as: Float.self) == "-1e39 is too large for a Float (at byte 0)")
    }

    @Test("negative zero keeps its sign")
    func negativeZero() throws {
        #expect(try value("-0.0", as: Double.self).sign == .minus)
        #expect(try value("-0", as: Double.self).sign == .minus)
        #expect(try json(-0.0) == "-0")
    }

    @Test("a Double is written with the fewest digits, a whole one without a fraction")
    func writing() throws {
        #expect(
            try json([0.1, 1.0 as Double, -2.5, 1e100, .leastNonzeroMagnitude, 100])
                == "[0.1,1,-2.5,1e+100,5e-324,100]"
        )
        #expect(try json([Float(0.1), 3, 16_777_216]) == "[0.1,3,16777216]")
    }

    @Test("random Doubles and Floats read back as they were written")
    func roundTrip() throws {
        var random = SplitMix(seed: 8_259)
        for _ in 0..<20_000 {
            let double = Double(bitPattern: random.next())
            if double.isFinite {
                #expect(try value(try json(double), as: Double.self) == double)
            }
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            if float.isFinite {
                #expect(try value(try json(float), as: Float.self) == float)
            }
            let short = Double(Int64(bitPattern: random.next()) >> 20) / 1_000
            #expect(try value("\(short)", as: Double.self) == short)
        }
    }

    @Test("what is not a number cannot be written, and the error says where it stands")
    func notFinite() {
        struct Line: Encodable { var prices: [String: [Double]] }
        for number in [Double.nan, .infinity, -.infinity] {
            do {
                _ = try json([Line(prices: ["a": [1, number]])])
                Issue.record("\(number) was written")
            } catch EncodingError.invalidValue(let found, let context) {
                #expect("\(found)" == "\(number)")
                #expect(context.codingPath.map(\.stringValue) == ["0", "prices", "a", "1"])
            } catch {
                Issue.record("\(error)")
            }
        }
        #expect(throws: EncodingError.self) { try json(Float.nan) }
        #expect(throws: EncodingError.self) { try json(["a": Double.nan]) }
    }
}

import MartletHTTP
import NIOCore
import Testing

@Suite struct JSONEncodingTests {
    @Test("members come in the order of the calls, absent ones not at all")
    func members() throws {
        struct Item: Encodable {
            var sku = "a"
            var quantity = 2
            var note: String?
            var isGift = true
            var parts: [Int] = []
            var empty: [String: Int] = [:]
            var nested: [[Int]?] = [[1], nil, []]
        }
        #expect(
            try json(Item())
                == #"{"sku":"a","quantity":2,"isGift":true,"parts":[],"empty":{},"nested":[[1],null,[]]}"#
        )
    }

    @Test("scalars stand alone as documents")
    func scalars() throws {
        #expect(try json("a\"b") == #""a\"b""#)
        #expect(try json(-7) == "-7")
        #expect(try json(false) == "false")
        #expect(try json(String?.none) == "null")
        #expect(try json(Int?.some(1)) == "1")
    }

    @Test("a value that encodes nothing is an empty object")
    func nothing() throws {
        struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }
        struct Empty: Encodable {}
        #expect(try json(Nothing()) == "{}")
        #expect(try json([Nothing(), Nothing()]) == "[{},{}]")
        #expect(try json(["a": Empty()]) == #"{"a":{}}"#)
    }

    @Test("keys are escaped like any string")
    func keys() throws {
        #expect(try json(["a\"\n": 1]) == #"{"a\"\n":1}"#)
        #expect(try json([7: "x"]) == #"{"7":"x"}"#)
        #expect(try json([true: 1]) == "[true,1]")
    }

    @Test("enumerations with associated values encode as Swift says")
    func enumerations() throws {
        enum Event: Codable, Equatable {
            case started
            case moved(x: Int, y: Int)
            case named(String)
        }
        let events: [Event] = [.started, .moved(x: 1, y: -2), .named("n")]
        let text = #"[{"started":{}},{"moved":{"x":1,"y":-2}},{"named":{"_0":"n"}}]"#
        #expect(try json(events) == text)
        #expect(try value(text, as: [Event].self) == events)
    }

    @Test("a text longer than the scratch memory moves to the heap")
    func long() throws {
        let lines = (0..<500).map { String(repeating: "é\"\n", count: $0 % 40) }
        #expect(try value(try json(lines), as: [String].self) == lines)
        let huge = String(repeating: "\u{1}", count: 100_000)
        #expect(try value(try json(huge), as: String.self) == huge)
    }

    @Test("encoding into a buffer appends, and leaves it as it was when it fails")
    func intoBuffer() throws {
        var buffer = ByteBuffer(string: "data: ")
        try JSON.encode([1, 2], into: &buffer)
        #expect(throws: EncodingError.self) { try JSON.encode([1, Double.nan], into: &buffer) }
        #expect(String(buffer: buffer) == "data: [1,2]")
    }

    @Test("a cycle of objects is an error and not a stack overflow")
    func cycle() {
        final class Node: Encodable {
            var next: Node?
        }
        let node = Node()
        node.next = node
        defer { node.next = nil }
        #expect(throws: EncodingError.self) { try json(node) }
    }

    @Test("an element that fails can be skipped")
    func skipped() throws {
        struct Half: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                try container.encode("begun")
                try container.encode(Double.nan)
            }
        }
        struct Lenient: Encodable {
            enum Key: CodingKey { case a, b, c, d }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try? container.encode(Half(), forKey: .a)
                try container.encode(1, forKey: .b)
                try? container.encode(Double.nan, forKey: .c)
                var list = container.nestedUnkeyedContainer(forKey: .d)
                try? list.encode(Half())
                try? list.encode(Float.nan)
                try list.encode(list.count)
            }
        }
        #expect(try json(Lenient()) == #"{"b":1,"d":[0]}"#)
    }
}

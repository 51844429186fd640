import MartletHTTP
import NIOCore
import Testing

@Suite struct JSONDecodingTests {
    struct Item: Codable, Equatable {
        var sku: String
        var quantity: Int
        var note: String?
        var color: Color?
        enum Color: String, Codable { case red, green }
    }
    struct Order: Codable, Equatable {
        var id: Int
        var items: [Item]
    }

    @Test("members are found in any order, and those that nobody asks for are ignored")
    func order() throws {
        let text = #"""
            { "extra": [{"sku": 1}], "items": [ {"quantity": 2, "sku": "a", "more": {}},
              {"color":"red","note":null,"sku":"b\u0062","quantity":3} ], "id": 7 }
            """#
        let expected = Order(
            id: 7,
            items: [
                Item(sku: "a", quantity: 2),
                Item(sku: "bb", quantity: 3, note: nil, color: .red),
            ]
        )
        #expect(try value(text, as: Order.self) == expected)
    }

    @Test("an error names the path, what was expected, what was found and the byte")
    func errors() {
        func orderFailure(_ items: String) -> String? {
            failure(#"{"id":1,"items":["# + items + "]}", as: Order.self)
        }
        #expect(
            orderFailure(#"{"sku":"s","quantity":"x"}"#)
                == "items[0].quantity: expected Int, found a string (at byte 39)"
        )
        #expect(
            orderFailure(#"{"sku":"s","quantity":1},{"sku":"s"}"#)
                == "items[1].quantity: is missing (at byte 42)"
        )
        #expect(
            orderFailure(#"{"sku":null,"quantity":1}"#)
                == "items[0].sku: expected String, found null (at byte 24)"
        )
        #expect(orderFailure("3") == "items[0]: expected an object, found a number (at byte 17)")
        #expect(
            orderFailure(#"{"sku":"s","quantity":1.5}"#)
                == "items[0].quantity: 1.5 is not an Int (at byte 39)"
        )
        #expect(
            orderFailure(#"{"sku":"s","quantity":1,"color":"blue"}"#)?
                .hasPrefix("items[0].color: ") == true
        )
        #expect(failure("[]", as: Order.self) == "expected an object, found an array (at byte 0)")
        #expect(failure("{}", as: [Int].self) == "expected an array, found an object (at byte 0)")
        #expect(failure(#""a""#, as: Bool.self) == "expected Bool, found a string (at byte 0)")
    }

    @Test("each kind of error has its code")
    func codes() {
        func code<Value: Decodable>(_ text: String, _ type: Value.Type) -> JSONError.Code? {
            do {
                _ = try value(text, as: type)
                return nil
            } catch {
                return (error as? JSONError)?.code
            }
        }
        #expect(code("[", [Int].self) == .malformed)
        #expect(code("{}", Order.self) == .missing)
        #expect(code("[true]", [Int].self) == .mismatch)
        #expect(code("[null]", [Int].self) == .mismatch)
        #expect(code("[300]", [UInt8].self) == .invalid)
        #expect(code(String(repeating: "[", count: 200), [Int].self) == .limit)
    }

    @Test("of members with the same name the last holds")
    func repeated() throws {
        struct Pair: Decodable, Equatable {
            var a: Int
            var b: Int
        }
        #expect(try value(#"{"a":1,"b":2,"a":3}"#, as: Pair.self) == Pair(a: 3, b: 2))
        #expect(try value(#"{"a":1,"b":2,"\u0061":3}"#, as: Pair.self) == Pair(a: 3, b: 2))
        #expect(try value(#"{"\u0061":1,"b":2,"a":3,"b":4}"#, as: Pair.self) == Pair(a: 3, b: 4))
        #expect(try value(#"{"a":1,"a":2}"#, as: [String: Int].self) == ["a": 2])
        var text = "{"
        for number in 0..<300 { text += "\"key\(number % 100)\":\(number)," }
        text += "\"last\":0}"
        let found = try value(text, as: [String: Int].self)
        #expect(found.count == 101)
        #expect(found.allSatisfy { $0.key == "last" || $0.key == "key\($0.value - 200)" })
    }

    @Test("names are compared byte by byte")
    func bytewise() throws {
        let found = try value("{\"e\u{301}\":1}", as: [String: Int].self)
        #expect(found.keys.first?.utf8.count == 3)
        struct Accent: Decodable {
            var value: Int?
            enum CodingKeys: String, CodingKey { case value = "\u{E9}" }
        }
        #expect(try value("{\"e\u{301}\":1}", as: Accent.self).value == nil)
        #expect(try value("{\"\u{E9}\":1}", as: Accent.self).value == 1)
    }

    @Test("objects of every size find every name")
    func manyNames() throws {
        for count in [0, 1, 2, 10, 47, 48, 49, 50, 200, 3_000] {
            let numbers = Dictionary(uniqueKeysWithValues: (0..<count).map { ("n\($0)", $0) })
            #expect(try value(try json(numbers), as: [String: Int].self) == numbers)
            let byNumber = Dictionary(uniqueKeysWithValues: (0..<count).map { ($0 * 7, "\($0)") })
            #expect(try value(try json(byNumber), as: [Int: String].self) == byNumber)
        }
    }

    @Test("an array is walked element by element, with nulls and nested containers")
    func arrays() throws {
        struct Mixed: Decodable {
            var parts: [String] = []
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                parts.append("\(list.count ?? -1)")
                parts.append("\(try list.decodeNil())")
                parts.append("\(try list.decodeNil())")
                parts.append(try list.decode(String.self))
                var inner = try list.nestedUnkeyedContainer()
                parts.append("\(try inner.decode(Int.self))")
                let object = try list.nestedContainer(keyedBy: JSONContainerTests.Key.self)
                parts.append("\(try object.decode(Bool.self, forKey: .a))")
                parts.append("\(object.allKeys.map(\.rawValue))")
                parts.append("\(try Int(from: list.superDecoder()))")
                parts.append("\(list.currentIndex) \(list.isAtEnd)")
                _ = try list.decode(Int.self)
            }
        }
        let text = #"[null,"x",[1,2],{"a":true,"z":0},5]"#
        #expect(
            failure(text, as: Mixed.self)
                == "[5]: expected Int, found the end of the array (at byte 0)"
        )
        struct Short: Decodable {
            var first: Int
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                first = try list.decode(Int.self)
            }
        }
        #expect(try value("[4,5]", as: Short.self).first == 4)
    }

    @Test("an error that a type catches leaves the decoding usable")
    func alternatives() throws {
        enum Either: Decodable, Equatable {
            case number(Int)
            case list([Either])
            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Int.self) {
                    self = .number(number)
                } else {
                    self = .list(try container.decode([Either].self))
                }
            }
        }
        #expect(
            try value("[1,[2,[]],3]", as: Either.self)
                == .list([.number(1), .list([.number(2), .list([])]), .number(3)])
        )
    }

    @Test("a reader index before the document does not shift it")
    func offsetBuffer() throws {
        var buffer = ByteBuffer(string: "skip[1,2]")
        buffer.moveReaderIndex(forwardBy: 4)
        #expect(try JSON.decode([Int].self, from: buffer) == [1, 2])
    }
}

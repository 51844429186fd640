import MartletHTTP
import Testing

/// Containers used as the protocols allow and few encoders expect.
@Suite struct JSONContainerTests {
    enum Key: String, CodingKey { case a, b, c, d }

    /// Encodes what a closure says.
    private struct Scripted: Encodable {
        var script: (any Encoder) throws -> Void
        init(_ script: @escaping (any Encoder) throws -> Void) { self.script = script }
        func encode(to encoder: any Encoder) throws { try script(encoder) }
    }

    @Test("containers that are open at once keep what is written to each")
    func interleaved() throws {
        let text = try json(
            Scripted { encoder in
                var outer = encoder.container(keyedBy: Key.self)
                var first = outer.nestedContainer(keyedBy: Key.self, forKey: .a)
                var second = outer.nestedUnkeyedContainer(forKey: .b)
                try first.encode(1, forKey: .a)
                try second.encode("x")
                try outer.encode(true, forKey: .c)
                try first.encode([2, 3], forKey: .b)
                try second.encode(["k": "v"])
                var third = first.nestedContainer(keyedBy: Key.self, forKey: .d)
                try outer.encodeNil(forKey: .d)
                try third.encode(9, forKey: .a)
                try second.encodeNil()
            }
        )
        #expect(
            text
                == #"{"a":{"a":1,"b":[2,3],"d":{"a":9}},"b":["x",{"k":"v"},null],"c":true,"d":null}"#
        )
    }

    @Test("a super encoder can be used at any time, as any kind of value")
    func superEncoders() throws {
        let text = try json(
            Scripted { encoder in
                var outer = encoder.container(keyedBy: Key.self)
                let parent = outer.superEncoder()
                let a = outer.superEncoder(forKey: .a)
                let b = outer.superEncoder(forKey: .b)
                _ = outer.superEncoder(forKey: .c)
                try outer.encode(0, forKey: .d)
                var single = a.singleValueContainer()
                try single.encode("late")
                var list = b.unkeyedContainer()
                try list.encode(1)
                let element = list.superEncoder()
                try list.encode(3)
                var two = element.singleValueContainer()
                try two.encode([2])
                var members = parent.container(keyedBy: Key.self)
                try members.encode("p", forKey: .a)
            }
        )
        #expect(text == #"{"super":{"a":"p"},"a":"late","b":[1,[2],3],"c":{},"d":0}"#)
    }

    @Test("asking twice for the keyed container of one value gives the same object")
    func merged() throws {
        class Animal: Codable {
            var name = "cat"
        }
        final class Cat: Animal {
            var lives = 9
            enum Own: CodingKey { case lives }
            override init() { super.init() }
            required init(from decoder: any Decoder) throws {
                try super.init(from: decoder)
                lives = try decoder.container(keyedBy: Own.self).decode(Int.self, forKey: .lives)
            }
            override func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Own.self)
                try container.encode(lives, forKey: .lives)
                try super.encode(to: encoder)
            }
        }
        let text = try json(Cat())
        #expect(text == #"{"lives":9,"name":"cat"}"#)
        let cat = try value(#"{"name":"tom","lives":3}"#, as: Cat.self)
        #expect(cat.name == "tom")
        #expect(cat.lives == 3)
    }

    @Test("a class may keep what it inherits under super")
    func inherited() throws {
        class Base: Codable {
            var id = 1
        }
        final class Derived: Base {
            var tag = "t"
            enum Own: CodingKey { case tag }
            override init() { super.init() }
            required init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Own.self)
                tag = try container.decode(String.self, forKey: .tag)
                try super.init(from: container.superDecoder())
            }
            override func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Own.self)
                try container.encode(tag, forKey: .tag)
                try super.encode(to: container.superEncoder())
            }
        }
        #expect(try json([Derived()]) == #"[{"tag":"t","super":{"id":1}}]"#)
        let derived = try value(#"{"super":{"id":5},"tag":"u"}"#, as: Derived.self)
        #expect(derived.id == 5)
        #expect(derived.tag == "u")
        #expect(failure(#"{"tag":"u"}"#, as: Derived.self) == "super: is missing (at byte 0)")
    }

    @Test("a container that outlives its value throws rather than write")
    func escaped() throws {
        final class Box { var container: (any UnkeyedEncodingContainer)? }
        let box = Box()
        let inner = Scripted { encoder in
            var container = encoder.unkeyedContainer()
            try container.encode(1)
            box.container = container
        }
        let text = try json(
            Scripted { encoder in
                var outer = encoder.unkeyedContainer()
                try outer.encode(inner)
                #expect(throws: EncodingError.self) { try box.container?.encode(2) }
                try outer.encode(3)
            }
        )
        #expect(text == "[[1],3]")
        #expect(throws: EncodingError.self) { try box.container?.encode(4) }
    }

    @Test("a value of two kinds, or two values in one place, are errors")
    func misuse() {
        #expect(throws: EncodingError.self) {
            try json(
                Scripted { encoder in
                    _ = encoder.container(keyedBy: Key.self)
                    var list = encoder.unkeyedContainer()
                    try list.encode(1)
                }
            )
        }
        #expect(throws: EncodingError.self) {
            try json(
                Scripted { encoder in
                    var single = encoder.singleValueContainer()
                    try single.encode(1)
                    try single.encode(2)
                }
            )
        }
    }

    @Test("an encoder and a decoder know their path")
    func paths() throws {
        var paths: [[String]] = []
        let leaf = Scripted { encoder in
            paths.append(encoder.codingPath.map(\.stringValue))
            var container = encoder.singleValueContainer()
            try container.encode(1)
        }
        _ = try json(["a": [leaf, leaf]])
        #expect(paths == [["a", "0"], ["a", "1"]])

        struct Path: Decodable, Equatable {
            var text: [String]
            init(from decoder: any Decoder) { text = decoder.codingPath.map(\.stringValue) }
        }
        let found = try value(#"{"x":[0,{"y":null}]}"#, as: [String: [Path]].self)
        #expect(found["x"]?.map(\.text) == [["x", "0"], ["x", "1"]])
    }
}

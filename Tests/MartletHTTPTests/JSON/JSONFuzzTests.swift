import FoundationEssentials
import Glibc
import MartletHTTP
import NIOCore
import TestSupport
import Testing

/// Random values and random damage, with Foundation's coders as the oracle.
@Suite struct JSONFuzzTests {
    /// Every run sees the same cases; `MARTLET_FUZZ_CASES` says how many.
    private static let cases = Fuzz.cases(4000)

    private func randomString(_ random: inout SplitMix) -> String {
        let alphabet: [Character] = [
            "a", "Z", "0", "\"", "\\", "/", "\n", "\u{1}", "é", "中", "😀", " ",
        ]
        let length = Int.random(in: 0...20, using: &random)
        return String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "a" })
    }

    private func randomValue(_ random: inout SplitMix, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return .null
        case 1: return .boolean(Bool.random(using: &random))
        case 2: return .integer(Int(truncatingIfNeeded: random.next()) >> (random.next() & 63))
        case 3: return .number(Double(Int32(truncatingIfNeeded: random.next()) | 1) / 1_024)
        case 4, 5: return .string(randomString(&random))
        case 6:
            let count = Int.random(in: 0...5, using: &random)
            return .array((0..<count).map { _ in randomValue(&random, depth: depth - 1) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                members[randomString(&random)] = randomValue(&random, depth: depth - 1)
            }
            return .object(members)
        }
    }

    @Test("random values travel between these coders and Foundation's, both ways")
    func oracle() throws {
        var random = SplitMix(seed: 1_974)
        for _ in 0..<Self.cases {
            let original = randomValue(&random, depth: 5)
            let ours = try JSON.encode(original)
            #expect(try JSON.decode(JSONValue.self, from: ours) == original)
            let read = try JSONDecoder().decode(JSONValue.self, from: Data(ours.readableBytesView))
            #expect(read == original)
            let theirs = ByteBuffer(bytes: try JSONEncoder().encode(original))
            #expect(try JSON.decode(JSONValue.self, from: theirs) == original)
        }
    }

    private static let seeds: [String] = [
        #"{"id":12345,"name":"Ada","tags":["x","\u00e9\ud83d\ude00"],"n":null,"ok":true,"f":-1.5e3}"#,
        #"[[],{},[[1,2],{"a":{"b":[false]}}],"\"\\\/\b\f\n\r\t",0,-0.0,1e10]"#,
        #"{"é中😀":"plain","b":{"c":{"d":{"e":[1,2,3,{"f":"g"}]}}}} "#,
    ]

    private func damaged(_ random: inout SplitMix) -> [UInt8] {
        var bytes = Array((Self.seeds.randomElement(using: &random) ?? "[]").utf8)
        let structural = Array(#"{}[]:,"\u0123456789eE+-.ntfalsr "#.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let position = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[position] = structural.randomElement(using: &random) ?? 0
            case 2: bytes.remove(at: position)
            case 3: bytes.insert(structural.randomElement(using: &random) ?? 0, at: position)
            default: bytes.removeLast(min(bytes.count - position, 8))
            }
        }
        return bytes
    }

    @Test(
        "damaged documents are refused with an offset inside them, or read as Foundation reads them"
    )
    func damage() throws {
        var random = SplitMix(seed: 8_259)
        var accepted = 0
        for _ in 0..<Self.cases {
            let bytes = damaged(&random)
            do {
                let ours = try JSON.decode(JSONValue.self, from: ByteBuffer(bytes: bytes))
                accepted += 1
                let theirs = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
                #expect(ours == theirs, "\(String(decoding: bytes, as: UTF8.self))")
            } catch let error as JSONError {
                #expect((error.offset ?? 0) <= bytes.count)
            }
        }
        #expect(accepted > Self.cases / 50)
        #expect(accepted < Self.cases)
    }
}

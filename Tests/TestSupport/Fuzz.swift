import Foundation

/// What fuzz tests have in common.
package enum Fuzz {
    /// How many cases a test runs: what the environment says in `MARTLET_FUZZ_CASES`, or `usual`.
    package static func cases(_ usual: Int) -> Int {
        ProcessInfo.processInfo.environment["MARTLET_FUZZ_CASES"].flatMap(Int.init) ?? usual
    }

    /// Bytes to which some harm was done, or none.
    ///
    /// - Parameters:
    ///   - bytes: Something that is right, mostly.
    ///   - spices: What means something to the parser, to be put in.
    ///   - random: The generator.
    /// - Returns: The bytes, whole in a quarter of the cases.
    package static func damage(
        _ bytes: [UInt8],
        spices: [[UInt8]],
        _ random: inout SplitMix
    ) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            guard !bytes.isEmpty else { return bytes }
            let at = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, at + Int.random(in: 1...20, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.insert(contentsOf: spices.randomElement(using: &random) ?? [], at: at)
            case 2: bytes.removeSubrange(at..<end)
            case 3: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 4: bytes.removeSubrange(at...)
            default: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
        return bytes
    }

    /// Bytes in pieces of one to 24, as they may come.
    package static func split(_ bytes: [UInt8], _ random: inout SplitMix) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...max(1, min(24, rest.count)), using: &random)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}

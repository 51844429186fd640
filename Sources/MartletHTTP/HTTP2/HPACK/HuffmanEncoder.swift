/// Encodes strings with the Huffman code (RFC 7541 §5.2).
struct HuffmanEncoder {
    /// Made once a process.
    static let shared = HuffmanEncoder()

    /// For each byte: its code, and in the upper half how many bits that has.
    private let entries: [UInt64]

    private init() {
        entries = (0..<256).map { symbol in
            UInt64(HuffmanCode.lengths[symbol]) << 32 | UInt64(HuffmanCode.shared.codes[symbol])
        }
    }

    /// How many bytes `source` has when it is coded.
    func count(_ source: UnsafeRawBufferPointer) -> Int {
        entries.withUnsafeBufferPointer { entries in
            var bits = 0
            for byte in source {
                bits += Int(entries[Int(byte)] >> 32)
            }
            return (bits + 7) / 8
        }
    }

    /// Encodes `source` into `target`, which is exactly as long as it has to be.
    func encode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
        entries.withUnsafeBufferPointer { entries in
            var next = 0
            // The bits that are not written are at the right; less than 32 after each code.
            var bits: UInt64 = 0
            var bitCount: UInt64 = 0
            for byte in source {
                let entry = entries[Int(byte)]
                bits = bits &<< (entry >> 32) | entry & 0xFFFF_FFFF
                bitCount += entry >> 32
                if bitCount >= 32 {
                    bitCount -= 32
                    let word = UInt32(truncatingIfNeeded: bits &>> bitCount)
                    target.storeBytes(of: word.bigEndian, toByteOffset: next, as: UInt32.self)
                    next += 4
                }
            }
            guard bitCount > 0 else { return }
            // The padding is the beginning of the code that ends a string: ones.
            let padding = 32 - bitCount
            let word = UInt32(truncatingIfNeeded: bits &<< padding | (1 << padding - 1))
            withUnsafeBytes(of: word.bigEndian) { word in
                let count = Int(bitCount + 7) / 8
                UnsafeMutableRawBufferPointer(rebasing: target[next..<next + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: word[..<count]))
            }
        }
    }
}

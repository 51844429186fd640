/// Decodes Huffman-coded strings (RFC 7541 §5.2).
///
/// Codes of up to eight bits, which are those of text, are looked up by the eight bits that come
/// next; longer ones are found by their length.
struct HuffmanDecoder {
    /// Made once a process.
    static let shared = HuffmanDecoder()

    /// For each eight bits that a code may begin with: the symbol, and in the upper byte how many
    /// bits its code has; 0 when it has more than eight.
    private let short: [UInt16]
    /// For each length: the first code behind those of the length, aligned to the left of 32 bits.
    private let ends: [UInt32]
    /// For each length: what to add to a code of the length to have its place in `symbols`.
    private let offsets: [Int32]
    private let symbols: [UInt16]

    private init() {
        let code = HuffmanCode.shared
        var short = [UInt16](repeating: 0, count: 256)
        var ends = [UInt32](repeating: 0, count: HuffmanCode.longest + 1)
        var offsets = [Int32](repeating: 0, count: HuffmanCode.longest + 1)
        for (place, symbol) in code.symbols.enumerated().reversed() {
            let length = Int(HuffmanCode.lengths[Int(symbol)])
            let value = code.codes[Int(symbol)]
            if ends[length] == 0 {
                // Reaches 2^32 with the last code of all, whose symbol ends a string.
                let end = UInt64(value + 1) << UInt64(32 - length)
                ends[length] = UInt32(min(end, UInt64(UInt32.max)))
                offsets[length] = Int32(place) - Int32(truncatingIfNeeded: value)
            }
            if length <= 8 {
                let first = Int(value) << (8 - length)
                for prefix in first..<first + 1 << (8 - length) {
                    short[prefix] = UInt16(length) << 8 | symbol
                }
            }
        }
        self.short = short
        self.ends = ends
        self.offsets = offsets
        symbols = code.symbols
    }

    /// Decodes `source`.
    ///
    /// - Parameters:
    ///   - source: The coded string.
    ///   - target: Where the string goes; has room for 8 bytes of every 5 of `source`.
    /// - Returns: How many bytes the string has; nil when it is not coded right: it has the code of
    ///   the end of a string, or it does not end in less than eight bits of that code.
    func decode(
        _ source: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawBufferPointer
    ) -> Int? {
        short.withUnsafeBufferPointer { short in
            var next = 0
            var written = 0
            // The bits that were read and not decoded are at the left.
            var bits: UInt64 = 0
            var bitCount = 0
            while true {
                if bitCount <= 32 {
                    Self.refill(&bits, &bitCount, from: source, &next)
                }
                guard bitCount >= HuffmanCode.shortest else { break }
                let entry = short[Int(bits >> 56)]
                var length = Int(entry >> 8)
                var symbol = entry & 0xFF
                if entry == 0 {
                    (symbol, length) = long(UInt32(truncatingIfNeeded: bits >> 32))
                }
                // What is left may be the beginning of a code, and then must be padding.
                guard length <= bitCount else { break }
                guard symbol < HuffmanCode.endOfString, written < target.count else { return nil }
                target[written] = UInt8(truncatingIfNeeded: symbol)
                written += 1
                bits &<<= UInt64(length)
                bitCount -= length
            }
            return Self.isPadding(bits, bitCount) ? written : nil
        }
    }

    /// Adds bits to at most 32 that are there, so that there are more than the longest code has, or
    /// all.
    @inline(__always)
    private static func refill(
        _ bits: inout UInt64,
        _ bitCount: inout Int,
        from source: UnsafeRawBufferPointer,
        _ next: inout Int
    ) {
        if next + 4 <= source.count {
            let word = UInt32(
                bigEndian: source.loadUnaligned(fromByteOffset: next, as: UInt32.self)
            )
            bits |= UInt64(word) &<< UInt64(32 - bitCount)
            bitCount += 32
            next += 4
        } else {
            while bitCount <= 56, next < source.count {
                bits |= UInt64(source[next]) &<< UInt64(56 - bitCount)
                bitCount += 8
                next += 1
            }
        }
    }

    /// The symbol of the code of more than eight bits that `bits` begin with, and its length.
    private func long(_ bits: UInt32) -> (symbol: UInt16, length: Int) {
        for length in 9..<HuffmanCode.longest where bits < ends[length] {
            let place = Int(bits >> UInt32(32 - length)) + Int(offsets[length])
            return (symbols[place], length)
        }
        let place = Int(bits >> 2) + Int(offsets[HuffmanCode.longest])
        return (symbols[place], HuffmanCode.longest)
    }

    /// Whether the bits are less than eight, and all ones, as those of the end of a string are.
    private static func isPadding(_ bits: UInt64, _ count: Int) -> Bool {
        count < 8 && (count == 0 || bits >> UInt64(64 - count) == 1 << UInt64(count) - 1)
    }
}

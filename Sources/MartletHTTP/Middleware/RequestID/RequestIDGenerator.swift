import Synchronization

/// Makes request identifiers that cost a few nanoseconds and no allocation.
///
/// An identifier is 15 characters of base64url: 48 random bits that are drawn once a process, then
/// 42 bits of a counter, scrambled so that neighbours look different. Within a process none repeats
/// for 2⁹⁰ requests, because a counter that overflows carries into the prefix. Two of *n* processes
/// share a prefix with a probability of about n²/2⁴⁹: two in ten million for ten thousand
/// starts. They can be guessed; never use one as a secret.
package final class RequestIDGenerator: Sendable {
    /// The one that every layer of a process shares.
    package static let shared = RequestIDGenerator(seed: UInt64.random(in: .min ... .max))

    /// How many characters an identifier has: as many as a Swift string holds without memory of
    /// its own.
    package static let length = 15

    private static let counterBits: UInt64 = 42
    private static let counterMask: UInt64 = (1 << counterBits) - 1
    private static let prefixMask: UInt64 = (1 << 48) - 1
    /// Odd, so that multiplication by it permutes the counters.
    private static let scramble: UInt64 = 0x2545_F491_4F6C_DD1D

    private let seed: UInt64
    private let counter: Atomic<UInt64>

    /// Makes a generator; tests give the seed and where the counter starts.
    package init(seed: UInt64, counter: UInt64 = 0) {
        self.seed = seed
        self.counter = Atomic(counter)
    }

    /// The next identifier.
    package func next() -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).oldValue
        let prefix = (seed &+ (number >> Self.counterBits)) & Self.prefixMask
        let suffix = (number &* Self.scramble) & Self.counterMask
        return String(unsafeUninitializedCapacity: Self.length) { characters in
            Self.write(prefix, count: 8, to: characters, at: 0)
            Self.write(suffix, count: 7, to: characters, at: 8)
            return Self.length
        }
    }

    private static func write(
        _ bits: UInt64,
        count: Int,
        to characters: UnsafeMutableBufferPointer<UInt8>,
        at start: Int
    ) {
        assert(start + count <= characters.count, "an identifier fits its buffer")
        var rest = bits
        for offset in 0..<count {
            characters[start + offset] = base64url(UInt8(truncatingIfNeeded: rest & 63))
            rest >>= 6
        }
    }

    private static func base64url(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }
}

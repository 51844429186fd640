import Foundation

/// Makes names for new things.
package enum Identifier {
    /// A name that nobody can guess: the prefix and 128 random bits, such as `ord_4fz…`.
    package static func make(_ prefix: String) -> String {
        let bits = UInt128.random(in: .min ... .max)
        return "\(prefix)_\(String(bits, radix: 36))"
    }
}

/// The time of day as the shop's documents show it.
package enum Timestamp {
    /// Now, in UTC, as RFC 3339 has it.
    package static func now() -> String {
        Date.now.formatted(.iso8601)
    }
}

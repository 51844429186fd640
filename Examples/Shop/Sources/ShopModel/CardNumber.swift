/// The number of a payment card, which must never be stored or logged whole.
package struct CardNumber: Sendable, CustomStringConvertible {
    /// All digits; only ever on their way to the card network.
    package let digits: String

    /// Reads 8 to 19 digits (ISO/IEC 7812-1), which spaces and dashes may group.
    package init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        let digits = text.filter { $0 != " " && $0 != "-" }
        guard (8...19).contains(digits.count), digits.allSatisfy({ "0"..."9" ~= $0 }) else {
            return nil
        }
        self.digits = digits
    }

    /// The last four digits: what may be stored and shown.
    package var lastFour: String { String(digits.suffix(4)) }

    /// The last four digits.
    package var description: String { "card ending \(lastFour)" }
}

import Foundation

/// A word of the language, and where it stands.
struct Token: Equatable {
    /// What kind of word it is.
    enum Kind: Equatable {
        case number(Decimal)
        case name(String)
        /// One of `+ - * / ^ ( ) =`.
        case symbol(Character)
        /// The end of the line.
        case end
    }

    let kind: Kind
    /// Its first character, counted from 0.
    let column: Int

    /// How error messages call it.
    var description: String {
        switch kind {
        case .number(let value): "the number \(value)"
        case .name(let name): "'\(name)'"
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end"
        }
    }
}

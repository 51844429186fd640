/// Where one value of a document lies; tokens stand in the order of the text.
///
/// An object's token is followed by a string and a value a member, an array's by its elements.
struct JSONToken {
    enum Kind: UInt8 {
        case null
        case `false`
        case `true`
        case number
        case string
        case array
        case object

        /// What people call it.
        var name: String {
            switch self {
            case .null: "null"
            case .false, .true: "a boolean"
            case .number: "a number"
            case .string: "a string"
            case .array: "an array"
            case .object: "an object"
            }
        }
    }

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// A string that contains a reverse solidus.
        static let escaped = Flags(rawValue: 1)
        /// A number with a fraction or an exponent.
        static let fractional = Flags(rawValue: 2)
        /// A name that a later one in its object replaces.
        static let superseded = Flags(rawValue: 4)
        /// An object whose names have been compared with one another.
        static let compared = Flags(rawValue: 8)
    }

    /// The offset of the first byte; of a string, of the one after its quotation mark.
    var start: UInt32
    /// A string or a number: the offset after its last byte.
    ///
    /// An array: the number of elements. An object: the place of the name to look at first.
    var end: UInt32
    /// The place of the token after this value and all inside it; while a container is being
    /// read, the place of the one around it.
    var next: UInt32
    var kind: Kind
    var flags: Flags = []
}

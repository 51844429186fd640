/// One value that is being encoded, or one that may still grow.
///
/// Bytes are appended as the calls come. A value that something else was written after is closed;
/// when its container is used again, what it writes is moved to before its closing bracket.
struct JSONFrame {
    enum Kind: UInt8 {
        /// Nothing is written yet: the value may become anything.
        case pending
        case object
        case array
        /// A scalar, which is all there.
        case complete
    }

    /// Names a frame for as long as it lives: its place in the stack, and a number that no later
    /// frame at that place has.
    struct Token {
        var place: Int32
        var number: UInt32

        /// The name of no frame; whatever is written to it throws.
        static let dead = Token(place: -1, number: 0)
    }

    /// The key in the parent; nil for an element of an array, and for the root.
    var key: (any CodingKey)?
    /// Where the member begins, with the comma before it.
    var start: Int
    /// Where the closing bracket lies, once closed.
    var end: Int
    /// The place of the enclosing frame; -1 for the root.
    var parent: Int32
    /// The position among the parent's elements.
    var position: Int32
    /// How many elements or members have been written.
    var count: Int32
    var number: UInt32
    var depth: UInt16
    var kind: Kind
    /// Whether its closing bracket is not written yet.
    var isOpen: Bool
}

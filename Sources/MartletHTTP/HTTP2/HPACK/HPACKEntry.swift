/// Where a table's entry lies: its name, and its value right behind it.
struct HPACKEntry {
    /// What RFC 7541 §4.1 counts for an entry beyond its name and its value.
    static let overhead = 32

    var start: UInt32
    var nameLength: UInt32
    var valueLength: UInt32

    init(start: Int, nameLength: Int, valueLength: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.nameLength = UInt32(truncatingIfNeeded: nameLength)
        self.valueLength = UInt32(truncatingIfNeeded: valueLength)
    }

    /// How many bytes the name and the value have.
    var length: Int { Int(nameLength) + Int(valueLength) }

    /// The name and the value.
    var range: Range<Int> { Int(start)..<Int(start) + length }

    /// What the entry counts for in a dynamic table.
    var size: Int { length + Self.overhead }
}

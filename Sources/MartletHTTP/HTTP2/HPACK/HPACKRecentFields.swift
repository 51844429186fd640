/// Remembers, by their hashes, fields that came and were not put into the table.
///
/// Each has one place, and the next that comes there drives it out.
struct HPACKRecentFields {
    private static let count = 64

    private var hashes: [UInt32] = []

    /// Whether the field with this hash came not long ago; takes note of it when not.
    @inline(__always)
    mutating func note(_ hash: UInt32) -> Bool {
        if hashes.isEmpty {
            hashes = [UInt32](repeating: 0, count: Self.count)
        }
        let place = Int(hash) & (Self.count - 1)
        if hashes[place] == hash { return true }
        hashes[place] = hash
        return false
    }
}

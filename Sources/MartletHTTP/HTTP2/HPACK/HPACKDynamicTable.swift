/// The dynamic table (RFC 7541 §2.3.2, §4): what came last is first, what came first is evicted.
///
/// The bytes of the entries lie one behind another; when their end is reached those that are still
/// in the table are moved to the front. Memory is taken as entries come, so that a table that
/// nobody uses has none.
struct HPACKDynamicTable {
    /// The size that every table has until its peers agree on another (RFC 9113 §6.5.2).
    static let initialSize = 4096

    /// The most that the entries may count for.
    private(set) var maximumSize: Int
    /// What the entries count for.
    private(set) var size = 0
    /// How many entries there are.
    private(set) var count = 0
    /// How many entries were ever inserted.
    private(set) var insertions = 0

    private var bytes: [UInt8] = []
    /// How many of `bytes` are used up, by entries that are here or were.
    private var used = 0
    /// The entries, each at its insertion number modulo the capacity, which is a power of two.
    private var entries: [HPACKEntry] = []

    init(maximumSize: Int) {
        self.maximumSize = maximumSize
    }

    /// The entry at `position`; the newest is at 0.
    @inline(__always)
    func entry(_ position: Int) -> HPACKEntry {
        assert(position < count, "The caller compares with the count.")
        return entries[(insertions - 1 - position) & (entries.count - 1)]
    }

    /// Calls `body` with the bytes that the entries lie in; the pointer is valid only inside.
    @inline(__always)
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    /// Changes the most that the entries may count for, and evicts what is over it.
    mutating func setMaximumSize(_ maximum: Int) {
        maximumSize = maximum
        evict(to: maximum)
        if maximum == 0 {
            removeAll()
            bytes = []
        }
    }

    /// Inserts a field.
    ///
    /// A field that is larger than the table empties it, and is not in it (RFC 7541 §4.4).
    ///
    /// - Parameters:
    ///   - name: The name; must not lie in this table.
    ///   - value: The value; must not lie in this table.
    /// - Returns: Whether the field is in the table.
    @discardableResult
    mutating func insert(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
        let length = name.count + value.count
        guard length + HPACKEntry.overhead <= maximumSize else {
            removeAll()
            return false
        }
        evict(to: maximumSize - HPACKEntry.overhead - length)
        makeRoom(for: length)
        if count == entries.count { growEntries() }
        bytes.withUnsafeMutableBytes { bytes in
            let room = UnsafeMutableRawBufferPointer(rebasing: bytes[used..<used + length])
            room.copyMemory(from: name)
            UnsafeMutableRawBufferPointer(rebasing: room[name.count...]).copyMemory(from: value)
        }
        let entry = HPACKEntry(start: used, nameLength: name.count, valueLength: value.count)
        entries[insertions & (entries.count - 1)] = entry
        used += length
        size += entry.size
        count += 1
        insertions += 1
        return true
    }

    private mutating func removeAll() {
        count = 0
        size = 0
        used = 0
    }

    private mutating func evict(to limit: Int) {
        while size > limit {
            size -= entry(count - 1).size
            count -= 1
        }
        if count == 0 { used = 0 }
    }

    /// Makes room for `length` bytes behind those that are used.
    ///
    /// Never more than the table's size is taken, and that is always enough: an entry counts for 32
    /// more than it has bytes. That also bounds how often the bytes are moved.
    private mutating func makeRoom(for length: Int) {
        guard used + length > bytes.count else { return }
        let live = size - count * HPACKEntry.overhead
        if live + length > bytes.count / 2, bytes.count < maximumSize {
            let capacity = min(maximumSize, max(256, bytes.count * 2, live + length))
            var larger = [UInt8](repeating: 0, count: capacity)
            larger.withUnsafeMutableBytes { moveEntries(to: $0) }
            bytes = larger
        } else {
            let entriesStart = count == 0 ? used : Int(entry(count - 1).start)
            bytes.withUnsafeMutableBytes { bytes in
                let kept = UnsafeRawBufferPointer(rebasing: bytes[entriesStart..<used])
                bytes.copyMemory(from: kept)
            }
            rebaseEntries(by: entriesStart)
        }
    }

    private mutating func moveEntries(to larger: UnsafeMutableRawBufferPointer) {
        let entriesStart = count == 0 ? used : Int(entry(count - 1).start)
        bytes.withUnsafeBytes { bytes in
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[entriesStart..<used]))
        }
        rebaseEntries(by: entriesStart)
    }

    private mutating func rebaseEntries(by start: Int) {
        for number in insertions - count..<insertions {
            entries[number & (entries.count - 1)].start -= UInt32(truncatingIfNeeded: start)
        }
        used -= start
    }

    private mutating func growEntries() {
        let capacity = max(16, entries.count * 2)
        var larger = [HPACKEntry](
            repeating: HPACKEntry(start: 0, nameLength: 0, valueLength: 0),
            count: capacity
        )
        for number in insertions - count..<insertions {
            larger[number & (capacity - 1)] = entries[number & (entries.count - 1)]
        }
        entries = larger
    }
}

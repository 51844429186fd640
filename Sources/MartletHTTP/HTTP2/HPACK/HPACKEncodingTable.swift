/// An encoder's dynamic table: finds fields by what they say.
///
/// Entries with the same hash are chained, each to the one before it; a chain ends where an entry
/// has been evicted, so that eviction has nothing to take out of it.
struct HPACKEncodingTable {
    private struct Link {
        var hash: UInt32 = 0
        /// The insertion number of the entry before it in the chain.
        var previous: UInt32 = 0
    }

    private static let bucketCount = 64

    private var table: HPACKDynamicTable
    /// The insertion number of each chain's newest entry; numbers begin at 1, and go round.
    private var fieldHeads: [UInt32] = []
    private var nameHeads: [UInt32] = []
    /// The links of the entries, each at its insertion number modulo the capacity, a power of two.
    private var fieldLinks: [Link] = []
    private var nameLinks: [Link] = []

    init(maximumSize: Int) {
        table = HPACKDynamicTable(maximumSize: maximumSize)
    }

    var size: Int { table.size }
    var maximumSize: Int { table.maximumSize }

    mutating func setMaximumSize(_ size: Int) {
        table.setMaximumSize(size)
    }

    /// The number of the newest entry.
    private var newest: UInt32 { UInt32(truncatingIfNeeded: table.insertions) }

    // MARK: Finding

    /// The index of a field.
    @inline(__always)
    func index(of field: HPACKField) -> Int? {
        guard table.count > 0 else { return nil }
        return walk(fieldHeads, fieldLinks, field.hash) { entry, bytes in
            Int(entry.nameLength) == field.name.count
                && Int(entry.valueLength) == field.value.count
                && HPACKComparison.isEqual(Self.name(of: entry, bytes), field.name)
                && HPACKComparison.isEqual(Self.value(of: entry, bytes), field.value)
        }
    }

    /// The index of the newest field with a name.
    @inline(__always)
    func index(ofName name: UnsafeRawBufferPointer, _ hash: UInt32) -> Int? {
        guard table.count > 0 else { return nil }
        return walk(nameHeads, nameLinks, hash) { entry, bytes in
            HPACKComparison.isEqual(Self.name(of: entry, bytes), name)
        }
    }

    @inline(__always)
    private func walk(
        _ heads: [UInt32],
        _ links: [Link],
        _ hash: UInt32,
        isMatch: (HPACKEntry, UnsafeRawBufferPointer) -> Bool
    ) -> Int? {
        var number = heads[Int(hash) & (Self.bucketCount - 1)]
        var position = -1
        while true {
            let next = Int(newest &- number)
            // Positions grow along a chain; one that does not is a number that went round.
            guard next > position, next < table.count else { return nil }
            position = next
            let link = links[Int(number) & (links.count - 1)]
            if link.hash == hash {
                let entry = table.entry(position)
                if table.withBytes({ isMatch(entry, $0) }) {
                    return HPACKStaticTable.count + 1 + position
                }
            }
            number = link.previous
        }
    }

    private static func name(
        of entry: HPACKEntry,
        _ bytes: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        let start = Int(entry.start)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(entry.nameLength)])
    }

    private static func value(
        of entry: HPACKEntry,
        _ bytes: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[entry.range].dropFirst(Int(entry.nameLength)))
    }

    // MARK: Inserting

    /// Inserts a field.
    mutating func insert(_ field: HPACKField) {
        guard table.insert(name: field.name, value: field.value) else { return }
        growLinks()
        let number = newest
        Self.link(number, field.hash, &fieldHeads, &fieldLinks)
        Self.link(number, field.nameHash, &nameHeads, &nameLinks)
    }

    private static func link(
        _ number: UInt32,
        _ hash: UInt32,
        _ heads: inout [UInt32],
        _ links: inout [Link]
    ) {
        let bucket = Int(hash) & (bucketCount - 1)
        links[Int(number) & (links.count - 1)] = Link(hash: hash, previous: heads[bucket])
        heads[bucket] = number
    }

    private mutating func growLinks() {
        if fieldHeads.isEmpty {
            fieldHeads = [UInt32](repeating: 0, count: Self.bucketCount)
            nameHeads = fieldHeads
        }
        guard table.count > fieldLinks.count else { return }
        let capacity = max(16, fieldLinks.count * 2)
        Self.grow(&fieldLinks, to: capacity, newest: newest)
        Self.grow(&nameLinks, to: capacity, newest: newest)
    }

    private static func grow(_ links: inout [Link], to capacity: Int, newest: UInt32) {
        var larger = [Link](repeating: Link(), count: capacity)
        for age in 0..<links.count {
            let number = Int(newest &- 1 &- UInt32(truncatingIfNeeded: age))
            larger[number & (capacity - 1)] = links[number & (links.count - 1)]
        }
        links = larger
    }
}

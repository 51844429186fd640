/// The names that an encoder knows from the beginning: those of the static table, and those that
/// ``HPACKIndexing`` speaks of.
struct HPACKNameTable {
    /// What is known of a name.
    struct Record {
        /// The first index of the name in the static table; 0 when it is not there.
        var index: UInt8 = 0
        /// How many entries of the static table have the name; they follow one another.
        var indexCount: UInt8 = 0
        var indexing = HPACKIndexing.whenRepeated
        fileprivate var nameStart: UInt16 = 0
        fileprivate var nameLength: UInt16 = 0
    }

    /// Made once a process.
    static let shared = HPACKNameTable()

    /// A name that is not known.
    static let unknown = Record()

    /// A power of two, and at least twice as many as there are names.
    private static let slotCount = 256

    private let bytes: [UInt8]
    /// The records, each at the first free slot from its hash on; those without a name are free.
    private let slots: [Record]

    private init() {
        var records: [String: Record] = [:]
        for (name, indexing) in HPACKIndexing.names {
            records[name, default: Record()].indexing = indexing
        }
        for (offset, field) in HPACKStaticTable.fields.enumerated() {
            var record = records[field.name, default: Record()]
            if record.index == 0 { record.index = UInt8(offset + 1) }
            record.indexCount += 1
            records[field.name] = record
        }
        precondition(records.count * 2 <= Self.slotCount, "Half of the slots stay free.")
        var bytes: [UInt8] = []
        var slots = [Record](repeating: Record(), count: Self.slotCount)
        for (name, var record) in records {
            record.nameStart = UInt16(bytes.count)
            record.nameLength = UInt16(name.utf8.count)
            bytes += name.utf8
            var slot = Array(name.utf8).withUnsafeBytes { Int(HPACKHash.hash($0)) }
            while slots[slot & (Self.slotCount - 1)].nameLength > 0 { slot += 1 }
            slots[slot & (Self.slotCount - 1)] = record
        }
        self.bytes = bytes
        self.slots = slots
    }

    /// What is known of `name`, whose hash is `hash`.
    @inline(__always)
    func find(_ name: UnsafeRawBufferPointer, hash: UInt32) -> Record {
        var slot = Int(hash)
        while true {
            let record = slots[slot & (Self.slotCount - 1)]
            if record.nameLength == 0 { return Self.unknown }
            if isName(of: record, name) { return record }
            slot += 1
        }
    }

    @inline(__always)
    private func isName(of record: Record, _ name: UnsafeRawBufferPointer) -> Bool {
        guard Int(record.nameLength) == name.count else { return false }
        let start = Int(record.nameStart)
        return bytes.withUnsafeBytes { bytes in
            HPACKComparison.isEqual(
                UnsafeRawBufferPointer(rebasing: bytes[start..<start + name.count]),
                name
            )
        }
    }
}

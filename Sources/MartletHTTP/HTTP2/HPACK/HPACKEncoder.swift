package import NIOCore

/// Encodes the header blocks of one direction of a connection (RFC 7541).
///
/// Sans-I/O. A block is what is encoded between two frames: the pseudo-header fields first, then
/// the others; the blocks must be sent whole, in the order in which they were encoded. Which fields
/// go into the dynamic table is the encoder's to decide, see ``HPACKIndexing``.
///
/// ```swift
/// encoder.encodeStatus(200, into: &block)
/// let present = encoder.encode(response.headers, into: &block)
/// if !present.contains(.date) { encoder.encode("date", date, into: &block) }
/// encoder.encodeContentLength(13, into: &block)
/// ```
package struct HPACKEncoder: ~Copyable {
    private let names = HPACKNameTable.shared
    private let staticTable = HPACKStaticTable.shared
    private let huffman: HuffmanEncoder?
    private let tableLimit: Int
    private var table: HPACKEncodingTable
    private var recent = HPACKRecentFields()
    /// The smallest size that the table had since the last block, when it has changed.
    private var smallestTableSize: Int?

    /// Makes an encoder with an empty dynamic table; allocates nothing.
    ///
    /// - Parameters:
    ///   - tableSize: The most that the dynamic table may hold, whatever the peer allows; 4,096
    ///     unless told otherwise.
    ///   - usesHuffman: Whether strings are Huffman-coded where that is shorter.
    package init(tableSize: Int = 4096, usesHuffman: Bool = true) {
        precondition(tableSize >= 0, "A table cannot be smaller than empty.")
        huffman = usesHuffman ? HuffmanEncoder.shared : nil
        tableLimit = tableSize
        table = HPACKEncodingTable(maximumSize: HPACKDynamicTable.initialSize)
        limitTable(to: HPACKDynamicTable.initialSize)
    }

    /// Takes the peer's `SETTINGS_HEADER_TABLE_SIZE`; the next block begins with the size updates
    /// that it makes necessary (RFC 7541 §4.2).
    package mutating func limitTable(to size: Int) {
        let size = min(size, tableLimit)
        guard size != table.maximumSize else { return }
        smallestTableSize = min(size, smallestTableSize ?? size)
        table.setMaximumSize(size)
    }

    /// Forgets which fields came once, and gives their memory back.
    package mutating func releaseMemory() {
        recent = HPACKRecentFields()
    }

    /// What the entries of the dynamic table count for.
    package var tableSize: Int { table.size }

    /// Encodes one field.
    ///
    /// - Parameters:
    ///   - name: The name, in lower case.
    ///   - value: The value.
    ///   - indexing: Whether it goes into the dynamic table; nil leaves it to the name.
    ///   - out: Where the block is written to.
    package mutating func encode(
        _ name: StaticString,
        _ value: String,
        indexing: HPACKIndexing? = nil,
        into out: inout ByteBuffer
    ) {
        // Sound because a static string's bytes live as long as the process.
        let name = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        value.utf8.span.withUnsafeBytes { value in
            encode(name, value, indexing: indexing, into: &out)
        }
    }

    /// Encodes one field, whose name is in lower case.
    package mutating func encode(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        indexing: HPACKIndexing? = nil,
        into out: inout ByteBuffer
    ) {
        let size = name.count + value.count + HPACKOutput.overhead
        HPACKOutput.write(atMost: size, into: &out) { output in
            write(name, value, indexing: indexing, to: &output)
        }
    }

    /// Writes one field, whose name is in lower case.
    mutating func write(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        indexing: HPACKIndexing? = nil,
        to output: inout HPACKOutput
    ) {
        output.checkRoom(name: name.count, value: value.count)
        writeSizeUpdates(to: &output)
        let nameHash = HPACKHash.hash(name)
        let known = names.find(name, hash: nameHash)
        let indexing = indexing ?? known.indexing
        if indexing != .never, let index = staticIndex(known, value) {
            output.writeInteger(index, pattern: 0x80, prefixBits: 7)
            return
        }
        let isEligible = indexing == .always || indexing == .whenRepeated
        let field = isEligible ? HPACKField(name, nameHash: nameHash, value) : nil
        if let field, let index = table.index(of: field) {
            output.writeInteger(index, pattern: 0x80, prefixBits: 7)
            return
        }
        let nameIndex = known.index > 0 ? Int(known.index) : table.index(ofName: name, nameHash)
        if let field, isWorthIndexing(field, indexing) {
            output.writeInteger(nameIndex ?? 0, pattern: 0x40, prefixBits: 6)
            table.insert(field)
        } else {
            let pattern: UInt8 = indexing == .never ? 0x10 : 0
            output.writeInteger(nameIndex ?? 0, pattern: pattern, prefixBits: 4)
        }
        if nameIndex == nil { output.writeString(name, huffman) }
        output.writeString(value, huffman)
    }

    /// What alone would drive out half of the table is not put there.
    @inline(__always)
    private mutating func isWorthIndexing(_ field: HPACKField, _ indexing: HPACKIndexing) -> Bool {
        field.size <= table.maximumSize / 2 && (indexing == .always || recent.note(field.hash))
    }

    /// The index of a field of the static table.
    @inline(__always)
    private func staticIndex(
        _ known: HPACKNameTable.Record,
        _ value: UnsafeRawBufferPointer
    ) -> Int? {
        for index in Int(known.index)..<Int(known.index) + Int(known.indexCount) {
            let entry = staticTable.entry(index)
            guard Int(entry.valueLength) == value.count else { continue }
            let isSame = staticTable.withBytes { bytes in
                let field = bytes[entry.range]
                return HPACKComparison.isEqual(
                    UnsafeRawBufferPointer(rebasing: field.suffix(value.count)),
                    value
                )
            }
            if isSame { return index }
        }
        return nil
    }

    @inline(__always)
    private mutating func writeSizeUpdates(to output: inout HPACKOutput) {
        guard let smallest = smallestTableSize else { return }
        smallestTableSize = nil
        output.writeInteger(smallest, pattern: 0x20, prefixBits: 5)
        if table.maximumSize > smallest {
            output.writeInteger(table.maximumSize, pattern: 0x20, prefixBits: 5)
        }
    }
}

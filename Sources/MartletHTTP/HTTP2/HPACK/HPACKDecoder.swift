package import NIOCore

/// Decodes the header blocks of one direction of a connection (RFC 7541).
///
/// Sans-I/O. Every block of the connection must go through it, in order, also those of streams that
/// are refused or gone, or else the dynamic table is not the peer's any more. After it has thrown
/// it is not to be used again.
package struct HPACKDecoder: ~Copyable {
    private let limits: HPACKLimits
    private let staticTable = HPACKStaticTable.shared
    private let huffman = HuffmanDecoder.shared
    private var table: HPACKDynamicTable
    /// The most that the peer may make of the table.
    private var tableLimit: Int
    /// The size that the next block has to begin with, or a smaller one.
    private var owedTableSize: Int?

    /// Makes a decoder with an empty dynamic table; allocates nothing.
    ///
    /// - Parameters:
    ///   - limits: What is kept of a block.
    ///   - tableSize: The most that the dynamic table may hold; 4,096, which is what it is on every
    ///     connection until the peer acknowledges another.
    package init(limits: HPACKLimits = HPACKLimits(), tableSize: Int = 4096) {
        self.limits = limits
        tableLimit = tableSize
        table = HPACKDynamicTable(maximumSize: tableSize)
    }

    /// What the entries of the dynamic table count for.
    package var tableSize: Int { table.size }

    /// Changes the most that the dynamic table may hold; to be called when the peer acknowledges a
    /// `SETTINGS_HEADER_TABLE_SIZE` of ours.
    ///
    /// After a reduction under what the peer uses its next block must begin with a size update (RFC
    /// 9113 §4.3.1).
    package mutating func limitTable(to size: Int) {
        precondition(size >= 0, "A table cannot be smaller than empty.")
        tableLimit = size
        if size < table.maximumSize {
            owedTableSize = min(size, owedTableSize ?? size)
        }
    }

    /// Decodes a whole header block: the fragments of a HEADERS or PUSH_PROMISE frame and its
    /// CONTINUATION frames, joined.
    ///
    /// - Parameters:
    ///   - block: The block; how long it may be is the caller's to limit.
    ///   - fields: Is emptied, and then holds the fields; look at ``HPACKFieldBlock/isTooLarge``
    ///     before using them.
    /// - Throws: When the block cannot be decoded, which ends the connection with
    ///   `COMPRESSION_ERROR`.
    package mutating func decode(
        _ block: ByteBuffer,
        into fields: inout HPACKFieldBlock
    ) throws(HPACKError) {
        fields.begin(blockOf: block.readableBytes)
        let error = block.withUnsafeReadableBytes { bytes -> HPACKError? in
            do throws(HPACKError) {
                try decode(bytes, into: &fields)
                return nil
            } catch {
                return error
            }
        }
        if let error { throw error }
    }

    private mutating func decode(
        _ bytes: UnsafeRawBufferPointer,
        into fields: inout HPACKFieldBlock
    ) throws(HPACKError) {
        var input = HPACKInput(bytes)
        var isAtBeginning = true
        while !input.isAtEnd {
            let first = try input.readByte()
            if first & 0xE0 == 0x20 {
                guard isAtBeginning else {
                    throw HPACKError("A size update is not at the beginning of a header block.")
                }
                try resizeTable(try input.readInteger(first, prefixBits: 5))
                continue
            }
            if isAtBeginning, owedTableSize != nil {
                throw HPACKError("A header block does not begin with the size update it owes.")
            }
            isAtBeginning = false
            if first & 0x80 != 0 {
                try addIndexed(try input.readInteger(first, prefixBits: 7), to: &fields)
            } else if first & 0x40 != 0 {
                let index = try input.readInteger(first, prefixBits: 6)
                try addLiteral(nameIndex: index, &input, .always, to: &fields)
            } else {
                let index = try input.readInteger(first, prefixBits: 4)
                let indexing: HPACKIndexing = first & 0x10 != 0 ? .never : .not
                try addLiteral(nameIndex: index, &input, indexing, to: &fields)
            }
        }
    }

    private mutating func resizeTable(_ size: Int) throws(HPACKError) {
        guard size <= owedTableSize ?? tableLimit else {
            throw HPACKError("A size update is over the size that was agreed on.")
        }
        owedTableSize = nil
        table.setMaximumSize(size)
    }

    // MARK: Fields

    /// The entry with `index`, and whether it is in the static table.
    @inline(__always)
    private func entry(_ index: Int) throws(HPACKError) -> (entry: HPACKEntry, isStatic: Bool) {
        guard index > 0 else { throw HPACKError("No field has the index 0.") }
        if index <= HPACKStaticTable.count { return (staticTable.entry(index), true) }
        let position = index - HPACKStaticTable.count - 1
        guard position < table.count else {
            throw HPACKError("There is no field with the index \(index).")
        }
        return (table.entry(position), false)
    }

    /// Adds a field that is in a table (RFC 7541 §6.1).
    @inline(__always)
    private func addIndexed(
        _ index: Int,
        to fields: inout HPACKFieldBlock
    ) throws(HPACKError) {
        let (entry, isStatic) = try entry(index)
        guard fields.admit(entry, limits: limits) else { return }
        if isStatic {
            staticTable.withBytes { fields.append(entry, in: $0) }
        } else {
            table.withBytes { fields.append(entry, in: $0) }
        }
    }

    /// Adds a field that is written out, but for its name when that has an index (RFC 7541 §6.2).
    ///
    /// It is decoded at the end of the block's bytes, and stays there when it is kept. What this
    /// takes beyond the limits is bounded by the length of the block.
    private mutating func addLiteral(
        nameIndex: Int,
        _ input: inout HPACKInput,
        _ indexing: HPACKIndexing,
        to fields: inout HPACKFieldBlock
    ) throws(HPACKError) {
        let start = fields.bytes.writerIndex
        let name = nameIndex == 0 ? try input.readString() : nil
        if nameIndex != 0 {
            let (entry, isStatic) = try entry(nameIndex)
            // Else two bytes of a block that is not kept cost as much as the longest name.
            if indexing == .always || !fields.isTooLarge {
                copyName(of: entry, isStatic, to: &fields.bytes)
            }
        }
        let value = try input.readString()
        if let name {
            try write(name, to: &fields.bytes)
        }
        let nameLength = fields.bytes.writerIndex - start
        try write(value, to: &fields.bytes)
        let length = fields.bytes.writerIndex - start
        let entry = HPACKEntry(
            start: start,
            nameLength: nameLength,
            valueLength: length - nameLength
        )
        if indexing == .always {
            fields.bytes.withUnsafeReadableBytes { bytes in
                let field = bytes[start..<start + length]
                table.insert(
                    name: UnsafeRawBufferPointer(rebasing: field.prefix(nameLength)),
                    value: UnsafeRawBufferPointer(rebasing: field.dropFirst(nameLength))
                )
            }
        }
        if fields.admit(entry, limits: limits) {
            fields.appendSlice(entry, at: start, isNeverIndexed: indexing == .never)
        } else {
            fields.bytes.moveWriterIndex(to: start)
        }
    }

    @inline(__always)
    private func copyName(of entry: HPACKEntry, _ isStatic: Bool, to out: inout ByteBuffer) {
        let range = Int(entry.start)..<Int(entry.start) + Int(entry.nameLength)
        if isStatic {
            staticTable.withBytes {
                _ = out.writeBytes(UnsafeRawBufferPointer(rebasing: $0[range]))
            }
        } else {
            table.withBytes { _ = out.writeBytes(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
    }

    @inline(__always)
    private func write(
        _ string: HPACKInput.StringLiteral,
        to out: inout ByteBuffer
    ) throws(HPACKError) {
        guard string.isHuffman else {
            out.writeBytes(string.bytes)
            return
        }
        var isValid = true
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: string.bound) { target in
            guard let count = huffman.decode(string.bytes, into: target) else {
                isValid = false
                return 0
            }
            return count
        }
        guard isValid else { throw HPACKError("A string is not Huffman-coded right.") }
    }
}

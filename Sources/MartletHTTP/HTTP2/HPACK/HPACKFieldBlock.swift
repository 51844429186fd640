package import NIOCore

/// The field lines of one header block, decoded: names and values in one buffer, and where each
/// lies.
///
/// Made once a connection and handed to ``HPACKDecoder/decode(_:into:)`` for every block: its
/// memory is used again when no message holds it any more.
package struct HPACKFieldBlock: Sendable {
    /// Up to how much memory is kept between two blocks.
    private static let keptCapacity = 1024

    /// The names and values that `slices` point into.
    package internal(set) var bytes = ByteBuffer()
    /// The fields in their order, pseudo-header fields among them.
    package internal(set) var slices: [Headers.Slice] = []
    /// What the fields amount to as RFC 9113 §6.5.2 counts them, those that were not kept too.
    package private(set) var listSize = 0
    /// Whether the fields were over a limit of ``HPACKLimits``, so that some are missing.
    ///
    /// The block is decoded to its end all the same: the connection goes on, and the message is
    /// answered with 431.
    package private(set) var isTooLarge = false
    /// How many bytes the fields of the last block had, which are often those of the next.
    private var lastCount = 0

    /// Makes an empty block; allocates nothing.
    package init() {}

    /// Gives up the fields, and memory that is more than an idle connection should hold; 1 KiB.
    ///
    /// The reader of heads and trailers does it, so that this is for blocks that nobody reads.
    package mutating func release() {
        noteCount()
        if bytes.capacity > Self.keptCapacity { bytes = ByteBuffer() }
        if slices.capacity > Self.keptCapacity / MemoryLayout<Headers.Slice>.stride { slices = [] }
    }

    /// Gives up the fields and all memory.
    package mutating func releaseAll() {
        self = HPACKFieldBlock()
    }

    private mutating func noteCount() {
        if bytes.readableBytes > 0 {
            lastCount = min(bytes.readableBytes, Self.keptCapacity)
        }
    }

    /// Forgets the fields, and makes room for those of a block of `count` bytes; takes memory only
    /// when a message holds what was there.
    mutating func begin(blockOf count: Int) {
        noteCount()
        bytes.clear(minimumCapacity: max(128, count * 8 / 5, lastCount))
        slices.removeAll(keepingCapacity: true)
        if slices.capacity == 0 { slices.reserveCapacity(16) }
        listSize = 0
        isTooLarge = false
    }

    /// Counts a field.
    ///
    /// - Returns: Whether it is to be kept.
    @inline(__always)
    mutating func admit(_ entry: HPACKEntry, limits: HPACKLimits) -> Bool {
        listSize += entry.size
        if listSize > limits.listSize || slices.count >= limits.fieldCount {
            isTooLarge = true
        }
        return !isTooLarge
    }

    /// Adds a field that was admitted, and lies in a table's `bytes`.
    @inline(__always)
    mutating func append(_ entry: HPACKEntry, in tableBytes: UnsafeRawBufferPointer) {
        let start = bytes.writerIndex
        bytes.writeBytes(UnsafeRawBufferPointer(rebasing: tableBytes[entry.range]))
        appendSlice(entry, at: start)
    }

    /// Adds a field that was admitted, and lies at `start` of `bytes`.
    @inline(__always)
    mutating func appendSlice(
        _ entry: HPACKEntry,
        at start: Int,
        isNeverIndexed: Bool = false
    ) {
        var slice = Headers.Slice(
            nameStart: start,
            nameLength: Int(entry.nameLength),
            valueStart: start + Int(entry.nameLength),
            valueLength: Int(entry.valueLength)
        )
        if isNeverIndexed { slice.isNeverIndexed = true }
        slices.append(slice)
    }
}

import NIOCore

/// Bytes that grow: first in memory that the caller lends, then in the heap.
struct JSONOutput: ~Copyable {
    /// Sound: always points at `capacity` bytes, either of the lender, which outlives this value's
    /// use (see ``JSONWriter/finish(_:)``), or of the heap, freed once in `deinit`.
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private var isOwned = false
    private(set) var count = 0

    init(lent: UnsafeMutableRawBufferPointer) {
        precondition(!lent.isEmpty, "An output needs memory to begin with.")
        // Memory that is not empty has an address; the alternative is never taken.
        base = lent.baseAddress ?? UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
        capacity = lent.count
    }

    deinit {
        if isOwned { base.deallocate() }
    }

    /// The bytes written so far; valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Room for at least `needed` bytes, to be counted with ``advance(_:)`` once written.
    @inline(__always)
    mutating func room(_ needed: Int) -> UnsafeMutableRawPointer {
        if capacity &- count < needed { grow(needed) }
        return base + count
    }

    @inline(__always)
    mutating func advance(_ written: Int) {
        count &+= written
        assert(count <= capacity, "more was written than there was room for")
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        room(1).storeBytes(of: byte, as: UInt8.self)
        advance(1)
    }

    mutating func append(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        room(length).copyMemory(from: text.utf8Start, byteCount: length)
        advance(length)
    }

    /// Writes a string in quotation marks.
    @inline(__always)
    mutating func append(quoted string: String) {
        var string = string
        string.withUTF8 { text in
            let target = room(text.count &* JSONText.longestEscape &+ 2)
            target.storeBytes(of: UInt8(ascii: "\""), as: UInt8.self)
            let length = JSONText.escape(UnsafeRawBufferPointer(text), into: target + 1)
            target.storeBytes(of: UInt8(ascii: "\""), toByteOffset: length &+ 1, as: UInt8.self)
            advance(length &+ 2)
        }
    }

    /// Replaces a byte that has been written.
    mutating func replace(at offset: Int, with byte: UInt8) {
        precondition(offset < count, "Only written bytes can be replaced.")
        base.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
    }

    /// Drops everything from `offset` on.
    mutating func truncate(to offset: Int) {
        precondition(offset <= count, "An output cannot be truncated to more than it has.")
        count = offset
    }

    /// Moves the bytes from `tail` to the end in place of the `removed` bytes at `offset`.
    mutating func moveTail(from tail: Int, to offset: Int, replacing removed: Int) {
        precondition(offset + removed <= tail && tail <= count, "The tail lies after its target.")
        let length = count - tail
        let moved = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 1)
        defer { moved.deallocate() }
        moved.copyMemory(from: UnsafeRawBufferPointer(start: base + tail, count: length))
        (base + offset + length).copyMemory(
            from: base + offset + removed,
            byteCount: tail - offset - removed
        )
        moved.baseAddress.map { (base + offset).copyMemory(from: $0, byteCount: length) }
        count -= removed
    }

    /// Moves to larger memory of its own, freed by the next move or by `deinit`.
    private mutating func grow(_ needed: Int) {
        let larger = max(capacity * 2, count + needed)
        let heap = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 1)
        heap.copyMemory(from: base, byteCount: count)
        if isOwned { base.deallocate() }
        base = heap
        capacity = larger
        isOwned = true
    }
}

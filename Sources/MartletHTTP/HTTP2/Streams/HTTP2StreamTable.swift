/// The open streams of a connection, by their number.
///
/// Open addressing with linear probing: the numbers of open streams lie close together, so a stream
/// is mostly found at the first look. Nothing is allocated until the first stream opens, nor while
/// as many are open as were before.
struct HTTP2StreamTable {
    private(set) var slots: [HTTP2Stream] = []
    private(set) var count = 0

    private static let smallestCapacity = 8

    private func home(_ id: HTTP2StreamID) -> Int {
        Int(id.rawValue >> 1) & (slots.count - 1)
    }

    /// Where a stream is; nil when it is not open.
    ///
    /// Good until a stream is added or removed.
    @inline(__always)
    func index(of id: HTTP2StreamID) -> Int? {
        guard count > 0 else { return nil }
        var index = home(id)
        while slots[index].id != id {
            if slots[index].id == .connection { return nil }
            index = (index + 1) & (slots.count - 1)
        }
        return index
    }

    subscript(index: Int) -> HTTP2Stream {
        @inline(__always) get { slots[index] }
        @inline(__always) _modify { yield &slots[index] }
    }

    /// Adds a stream that is not there.
    ///
    /// - Returns: Where it is.
    @discardableResult
    mutating func add(_ stream: HTTP2Stream) -> Int {
        if (count + 1) * 2 > slots.count { grow() }
        count += 1
        return place(stream)
    }

    private mutating func place(_ stream: HTTP2Stream) -> Int {
        var index = home(stream.id)
        while slots[index].id != .connection {
            assert(slots[index].id != stream.id, "A stream is opened once.")
            index = (index + 1) & (slots.count - 1)
        }
        slots[index] = stream
        return index
    }

    private mutating func grow() {
        let old = slots
        let capacity = max(Self.smallestCapacity, old.count * 2)
        slots = [HTTP2Stream](repeating: .free, count: capacity)
        for stream in old where stream.id != .connection {
            _ = place(stream)
        }
    }

    /// Removes the stream at `index`, and closes the gap that it leaves in its neighbours' row.
    mutating func remove(at index: Int) {
        let mask = slots.count - 1
        var gap = index
        var next = (index + 1) & mask
        while slots[next].id != .connection {
            // It may move to the gap unless its home lies behind the gap.
            let distance = (next - home(slots[next].id)) & mask
            if distance >= (next - gap) & mask {
                slots[gap] = slots[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        slots[gap] = .free
        count -= 1
    }

    /// Gives memory back while no stream is open.
    mutating func releaseMemory() {
        if count == 0 { slots = [] }
    }
}

public import NIOCore

/// Who gets which item of a pool, and who waits: no clock, no lock, no task.
///
/// What is given back goes to the first in line, as does the place of an item that is gone; so
/// nobody is overtaken, and while anybody waits nothing lies idle and no place is free. Of the
/// idle ones, the one used last is taken first: a lull lets the others go.
///
/// It is the heart of two pools: ``Pool``, behind a lock, and the HTTP client's, one on each loop
/// and without one. What a waiter is, and how it is woken, is theirs. What the client does for a
/// request is inlinable, so that the machine costs it nothing.
@usableFromInline
package struct PoolMachine<Item, Waiting> {
    /// The most items there are, with those that are being opened.
    @usableFromInline package let maximum: Int

    /// How many may wait.
    @usableFromInline package let maximumWaiters: Int

    /// What nobody uses; the one used last is at the end.
    @usableFromInline package internal(set) var idle: [Item] = []

    /// How many places are taken: by items, or by those who open or close one.
    @usableFromInline package internal(set) var count = 0

    @usableFromInline package internal(set) var isClosed = false

    @usableFromInline var line = CircularBuffer<Waiting>()

    package init(maximum: Int, maximumWaiters: Int) {
        self.maximum = maximum
        self.maximumWaiters = maximumWaiters
    }

    // MARK: Who comes

    /// How many wait.
    @inlinable package var waiterCount: Int { line.count }

    /// Takes the item that was used last.
    @inlinable
    package mutating func takeIdle() -> Item? {
        idle.popLast()
    }

    /// Takes a place for a new item if fewer than `limit` are taken.
    @inlinable
    package mutating func takePlace(below limit: Int) -> Bool {
        guard !isClosed, count < limit else { return false }
        count += 1
        return true
    }

    /// Whether nobody may wait any more.
    @inlinable package var isLineFull: Bool { line.count >= maximumWaiters }

    /// Joins the line, which is not full.
    @inlinable
    package mutating func join(_ waiting: Waiting) {
        assert(idle.isEmpty && count >= maximum, "nobody waits while there is something to have")
        assert(!isLineFull, "whoever may not wait is refused")
        line.append(waiting)
    }

    /// Leaves the line; nil when it was served before.
    ///
    /// Those who leave because of their deadline stand in front as a rule, so that the search is
    /// short.
    @inlinable
    package mutating func leave(where isMeant: (Waiting) -> Bool) -> Waiting? {
        line.firstIndex(where: isMeant).map { line.remove(at: $0) }
    }

    /// Who waits, in order.
    package var waiting: some Sequence<Waiting> { line }

    /// Has some leave the line.
    package mutating func leaveAll(where isMeant: (Waiting) -> Bool) -> [Waiting] {
        let left = Array(line.filter(isMeant))
        if !left.isEmpty { line.removeAll(where: isMeant) }
        return left
    }

    // MARK: What comes back

    /// Takes back an item that can be used again.
    ///
    /// - Returns: Who gets it; nil when it lies idle.
    @inlinable
    package mutating func give(_ item: Item) -> Waiting? {
        if let first = line.popFirst() { return first }
        idle.append(item)
        return nil
    }

    /// Keeps an item that is given back idle, while nobody waits.
    @inlinable
    package mutating func keep(_ item: Item) {
        assert(line.isEmpty, "what comes back goes to the first in line")
        idle.append(item)
    }

    /// Takes back the place of an item that is gone.
    ///
    /// - Returns: Who may open another in this place; nil when the place is free.
    @inlinable
    package mutating func freePlace() -> Waiting? {
        assert(count > idle.count, "a place was given back twice")
        if let first = line.popFirst() { return first }
        count -= 1
        return nil
    }

    /// Takes idle items out, from the one used the longest ago; their places stay taken.
    package mutating func removeIdle(where isMeant: (Item) -> Bool) -> [Item] {
        var removed: [Item] = []
        idle.removeAll { item in
            guard isMeant(item) else { return false }
            removed.append(item)
            return true
        }
        return removed
    }

    /// Takes one item out that is gone, if it was idle; its place stays taken.
    @inlinable
    package mutating func forget(where isMeant: (Item) -> Bool) {
        if let index = idle.firstIndex(where: isMeant) { idle.remove(at: index) }
    }

    // MARK: The end

    /// Serves nobody any more; the places of what was idle stay taken.
    ///
    /// - Returns: What is to be closed, and who is to be refused.
    package mutating func close() -> (idle: [Item], line: [Waiting]) {
        isClosed = true
        defer {
            idle = []
            line = CircularBuffer()
        }
        return (idle, Array(line))
    }
}

extension PoolMachine: Sendable where Item: Sendable, Waiting: Sendable {}

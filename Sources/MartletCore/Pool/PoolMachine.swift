/// Who gets which item of a pool, and who waits: no clock, no lock, no task.
///
/// What is given back goes to the first in line, as does the place of an item that is gone; so
/// whoever waits is never overtaken, and while anybody waits nothing lies idle and no place is
/// free. Of the idle ones, the one used last is taken first: a lull lets the others go.
struct PoolMachine<Item: Sendable> {
    /// What one who waits is told.
    enum Grant: Sendable {
        /// An item that another has given back.
        case item(Item)
        /// The place of one that is gone: open another.
        case place
        /// The pool was closed.
        case closed
        case cancelled
        case timedOut
    }

    /// How one who comes is served.
    enum Entry {
        case item(Item)
        case place
        case wait(Waiter<Grant>)
    }

    /// The most items there are, with those that are being opened.
    let maximum: Int

    /// How many may wait.
    let maximumWaiters: Int

    /// What nobody uses; the one used last is at the end.
    private(set) var idle: [Item] = []

    /// How many places are taken: by items, or by those who open or close one.
    private(set) var count = 0

    private(set) var isClosed = false

    private var queue = WaitQueue<Void, Grant>()

    init(maximum: Int, maximumWaiters: Int) {
        self.maximum = maximum
        self.maximumWaiters = maximumWaiters
    }

    /// How many wait.
    var waiterCount: Int { queue.count }

    /// Serves one who comes: with what is idle, a place, or one in line.
    mutating func enter() throws(WaitError) -> Entry {
        guard !isClosed else { throw WaitError(.closed, "the pool was closed") }
        if let item = idle.popLast() { return .item(item) }
        if takePlace(below: maximum) { return .place }
        guard queue.count < maximumWaiters else {
            throw WaitError(.queueFull, "\(maximumWaiters) wait for one of \(maximum) already")
        }
        return .wait(queue.append(()))
    }

    /// Takes a place if fewer than `limit` are taken.
    mutating func takePlace(below limit: Int) -> Bool {
        guard !isClosed, count < limit else { return false }
        count += 1
        return true
    }

    /// What becomes of an item that is given back.
    enum Given {
        case idle
        case handed(Resumption<Grant>)
        /// The pool is closed: close the item, then free its place.
        case unwanted
    }

    /// Takes back an item that can be used again.
    mutating func give(_ item: Item) -> Given {
        if isClosed { return .unwanted }
        if let settled = queue.settleFirst(.item(item)) { return .handed(settled.resumption) }
        idle.append(item)
        return .idle
    }

    /// Takes back the place of an item that is gone.
    mutating func freePlace() -> Resumption<Grant>? {
        assert(count > idle.count, "a place was given back twice")
        if let settled = queue.settleFirst(.place) { return settled.resumption }
        count -= 1
        return nil
    }

    /// One in line was cancelled or has waited too long; nil when it had been served.
    mutating func leave(_ waiter: Waiter<Grant>, _ grant: Grant) -> Resumption<Grant>? {
        queue.settle(waiter, grant)
    }

    /// Takes idle items out, from the one used the longest ago; their places stay taken.
    mutating func removeIdle(where isMeant: (Item) -> Bool) -> [Item] {
        var removed: [Item] = []
        idle.removeAll { item in
            guard isMeant(item) else { return false }
            removed.append(item)
            return true
        }
        return removed
    }

    /// Serves nobody any more; the places of what was idle stay taken.
    mutating func close() -> (idle: [Item], waiters: [Resumption<Grant>]) {
        isClosed = true
        defer { idle = [] }
        return (idle, queue.settleAll(.closed))
    }
}

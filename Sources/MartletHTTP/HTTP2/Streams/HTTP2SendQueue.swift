/// The streams whose data waits for the connection's window, in the order of their turns.
struct HTTP2SendQueue {
    private var ids: [HTTP2StreamID] = []
    private var head = 0

    var isEmpty: Bool { head == ids.count }
    /// How many places it takes, of streams that have gone too.
    var count: Int { ids.count - head }

    mutating func append(_ id: HTTP2StreamID) {
        ids.append(id)
    }

    mutating func removeFirst() -> HTTP2StreamID? {
        guard head < ids.count else { return nil }
        defer {
            head += 1
            if head == ids.count {
                ids.removeAll(keepingCapacity: true)
                head = 0
            } else if head > 64, head * 2 > ids.count {
                ids.removeSubrange(..<head)
                head = 0
            }
        }
        return ids[head]
    }

    /// Drops the streams that have gone.
    mutating func keep(where isOpen: (HTTP2StreamID) -> Bool) {
        ids = ids[head...].filter(isOpen)
        head = 0
    }

    mutating func removeAll() {
        ids = []
        head = 0
    }
}

/// The last lines of one service.
struct LineRing: Sendable {
    private let capacity: Int
    private var lines: [JournalLine] = []
    /// Where the oldest line stands once the ring is full.
    private var start = 0

    init(capacity: Int) {
        precondition(capacity > 0, "A ring holds at least one line.")
        self.capacity = capacity
    }

    mutating func append(_ line: JournalLine) {
        if lines.count < capacity {
            lines.append(line)
        } else {
            lines[start] = line
            start = (start + 1) % capacity
        }
    }

    /// The lines, oldest first.
    var all: [JournalLine] {
        Array(lines[start...] + lines[..<start])
    }
}

/// What the parameters of a pattern matched, in a fixed buffer.
struct RouteCaptures {
    private var ranges = InlineArray<16, PathParameters.Capture>(
        repeating: PathParameters.Capture(start: 0, count: 0)
    )
    /// How many there are; at most ``Router/maximumParameters``.
    private(set) var count = 0

    @inline(__always)
    mutating func append(start: Int, count length: Int) {
        ranges[count] = PathParameters.Capture(start: start, count: length)
        count += 1
    }

    @inline(__always)
    mutating func truncate(to count: Int) {
        self.count = count
    }

    @inline(__always)
    subscript(index: Int) -> PathParameters.Capture { ranges[index] }
}

extension RouteCaptures: RandomAccessCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { count }
}

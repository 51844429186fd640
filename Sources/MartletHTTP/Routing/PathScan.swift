/// What one pass over a target says of its path.
struct PathScan {
    /// Where the path ends: at the `?`, or with the target.
    private(set) var end: Int
    /// Whether there is a `%` in the path.
    private(set) var isEncoded = false
    /// Whether every `%` begins an octet and no segment is `.` or `..`.
    private(set) var isSafe = true

    init(_ target: borrowing Span<UInt8>) {
        end = target.count
        var isSegmentStart = false
        for position in 0..<target.count {
            let byte = target[position]
            if byte == UInt8(ascii: "?") {
                end = position
                break
            }
            if byte == UInt8(ascii: "%") {
                isEncoded = true
                if !PathNormalForm.isEncodedOctet(target, at: position, end: target.count) {
                    isSafe = false
                }
            }
            if isSegmentStart, byte == UInt8(ascii: ".") || byte == UInt8(ascii: "%"),
                PathNormalForm.isDotSegment(target, at: position)
            {
                isSafe = false
            }
            isSegmentStart = byte == UInt8(ascii: "/")
        }
    }
}

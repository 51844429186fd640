import MartletHTTP

/// Writes the normal form of one path that is not normal yet, segment by segment.
// The pointer is that of ``PathNormalization/normalized(_:)``'s closure, inside which this lives.
struct PathNormalizer {
    private let target: UnsafeBufferPointer<UInt8>
    private let keepsEncodedSlashes: Bool
    private var index = 0
    private var output: [UInt8] = []

    init(_ target: UnsafeBufferPointer<UInt8>, keepsEncodedSlashes: Bool) {
        self.target = target
        self.keepsEncodedSlashes = keepsEncodedSlashes
    }

    mutating func run() -> Result<[UInt8], PathRefusal> {
        guard target.first == UInt8(ascii: "/") else { return .failure(.notPath) }
        output.reserveCapacity(target.count)
        while !isAtPathEnd {
            if let refusal = takeSegment() { return .failure(refusal) }
        }
        output.append(contentsOf: target[index...])
        return .success(output)
    }

    private var isAtPathEnd: Bool {
        index == target.count || target[index] == UInt8(ascii: "?")
    }

    private var isAtSegmentEnd: Bool { isAtPathEnd || target[index] == UInt8(ascii: "/") }

    /// Takes the slashes at `index` and the segment after them.
    private mutating func takeSegment() -> PathRefusal? {
        while index < target.count, target[index] == UInt8(ascii: "/") { index += 1 }
        let start = output.count
        output.append(UInt8(ascii: "/"))
        var nameEnd: Int?
        while !isAtSegmentEnd {
            if target[index] == UInt8(ascii: ";"), nameEnd == nil { nameEnd = output.count }
            if let refusal = takeCharacter() { return refusal }
        }
        let name = output[(start + 1)..<(nameEnd ?? output.count)]
        let isDot = name.elementsEqual(".".utf8)
        let isDoubleDot = name.elementsEqual("..".utf8)
        if nameEnd != nil {
            return isDot || isDoubleDot || name.isEmpty ? .hiddenSegment : nil
        }
        guard isDot || isDoubleDot else { return nil }
        output.removeSubrange(start...)
        if isDoubleDot {
            guard let parent = output.lastIndex(of: UInt8(ascii: "/")) else { return .aboveRoot }
            output.removeSubrange(parent...)
        }
        // `/a/..` is the folder `/`, with the slash at its end (RFC 3986 §5.2.4).
        if isAtPathEnd { output.append(UInt8(ascii: "/")) }
        return nil
    }

    private mutating func takeCharacter() -> PathRefusal? {
        let byte = target[index]
        if byte == UInt8(ascii: "\\") { return .backslash }
        guard byte == UInt8(ascii: "%") else {
            output.append(byte)
            index += 1
            return nil
        }
        guard let octet = PathOctet(target, at: index) else { return .malformedEncoding }
        if octet.isControl { return .encodedControl }
        if octet.isSlash, !keepsEncodedSlashes { return .encodedSlash }
        if octet.mayStayEncoded {
            output.append(byte)
            output.append(PercentCoding.hexDigit(octet.value >> 4))
            output.append(PercentCoding.hexDigit(octet.value & 0x0F))
        } else {
            output.append(octet.value)
        }
        index += 3
        return nil
    }
}

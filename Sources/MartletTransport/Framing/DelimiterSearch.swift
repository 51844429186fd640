package import NIOCore

/// Looks for a sequence of bytes in input that arrives in pieces, and at each byte once.
///
/// This is the algorithm of Knuth, Morris and Pratt: no input, however it repeats parts of the
/// delimiter, is looked at twice.
package struct DelimiterSearch: Sendable {
    package let delimiter: [UInt8]

    /// How many bytes at the front of the input have been looked at.
    package private(set) var scanned = 0

    /// How much of the delimiter the bytes before `scanned` end in.
    private var matched = 0

    /// For each length of a match, the longest shorter match that it ends in.
    private let shorter: [Int]

    package init(_ delimiter: [UInt8]) {
        precondition(!delimiter.isEmpty, "an empty delimiter would be found everywhere")
        self.delimiter = delimiter
        var shorter = [0]
        var length = 0
        for byte in delimiter.dropFirst() {
            while length > 0, delimiter[length] != byte { length = shorter[length - 1] }
            if delimiter[length] == byte { length += 1 }
            shorter.append(length)
        }
        self.shorter = shorter
    }

    /// Forgets what has been looked at: other bytes are in front now.
    package mutating func reset() {
        scanned = 0
        matched = 0
    }

    /// How many of the first `window` bytes of `input` are a frame and its delimiter.
    ///
    /// After nil it goes on where it stopped; after a match, ``reset()``.
    package mutating func end(in input: ByteBuffer, before window: Int) -> Int? {
        input.withUnsafeReadableBytes { end(in: $0, before: window) }
    }

    /// Whether `frame` and the delimiter after it are read as this frame.
    package func isFirstAfter(_ frame: ByteBuffer) -> Bool {
        var search = self
        search.reset()
        guard search.end(in: frame, before: frame.readableBytes) == nil else { return false }
        search.scanned = 0
        let end = delimiter.withUnsafeBytes { search.end(in: $0, before: $0.count) }
        return end == delimiter.count
    }

    private mutating func end(in bytes: UnsafeRawBufferPointer, before window: Int) -> Int? {
        while scanned < window {
            if matched == 0 {
                guard
                    let first = ByteSearch.first(
                        delimiter[0],
                        in: bytes,
                        from: scanned,
                        to: window
                    )
                else {
                    scanned = window
                    return nil
                }
                scanned = first
            }
            advance(bytes[scanned])
            if matched == delimiter.count { return scanned }
        }
        return nil
    }

    private mutating func advance(_ byte: UInt8) {
        while matched > 0, delimiter[matched] != byte { matched = shorter[matched - 1] }
        if delimiter[matched] == byte { matched += 1 }
        scanned += 1
    }
}

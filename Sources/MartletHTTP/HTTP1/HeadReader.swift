import HTTPTypes
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Cuts a message's head into lines as it arrives, looking at every byte once.
struct HeadReader {
    /// The step that reading the head is at.
    enum Step: Hashable {
        /// The request line or the status line.
        case startLine
        /// The field lines, up to the empty one.
        case fields
    }

    private(set) var step = Step.startLine
    /// Where the current line begins, from the beginning of the head.
    private var lineStart = 0
    /// Up to where no LF has been found.
    private var searched = 0
    /// Where the field lines begin.
    private var fieldsStart = 0
    var fields = FieldParser()

    /// Begins at the field lines, for trailers.
    static func trailers() -> HeadReader {
        var reader = HeadReader()
        reader.step = .fields
        return reader
    }

    /// What reading came to.
    enum Outcome {
        /// The head is not all here.
        case needsMore
        /// The head ends before this offset.
        case complete(Int)
        /// The head is refused.
        case refused(HTTP1Error)
    }

    /// Reads on in `bytes`, which begins where the head begins.
    ///
    /// - Parameters:
    ///   - bytes: All bytes of the head that are here.
    ///   - startLineLimit: The most bytes of the start line.
    ///   - limits: For the fields.
    ///   - startLine: Reads the start line; returns what is wrong with it.
    /// - Returns: Whether the head is complete.
    mutating func read(
        _ bytes: UnsafeRawBufferPointer,
        startLineLimit: Int,
        limits: HTTPLimits,
        startLine: (UnsafeRawBufferPointer, Range<Int>) -> HTTP1Error?
    ) -> Outcome {
        while let lineFeed = nextLineFeed(bytes) {
            guard lineFeed > lineStart, bytes[lineFeed - 1] == 0x0D else {
                return .refused(.malformed("A line ends with LF but without CR."))
            }
            let line = lineStart..<lineFeed - 1
            lineStart = lineFeed + 1
            searched = lineStart
            if let error = check(line, limits: limits, startLineLimit: startLineLimit) {
                return .refused(error)
            }
            if line.isEmpty {
                if step == .fields { return .complete(lineStart) }
                return .refused(.malformed("The message begins with an empty line."))
            }
            let error: HTTP1Error?
            switch step {
            case .startLine:
                error = startLine(bytes, line)
                step = .fields
                fieldsStart = lineStart
            case .fields:
                error = fields.parse(bytes, line: line, limit: limits.headerCount)
            }
            if let error { return .refused(error) }
        }
        // A CR at the end may be half of the line's end, which does not count.
        let count = bytes.last == 0x0D ? max(lineStart, bytes.count - 1) : bytes.count
        let partial = lineStart..<count
        return check(partial, limits: limits, startLineLimit: startLineLimit)
            .map(Outcome.refused) ?? .needsMore
    }

    private mutating func nextLineFeed(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard searched < bytes.count, let base = bytes.baseAddress else { return nil }
        guard let found = memchr(base + searched, 0x0A, bytes.count - searched) else {
            searched = bytes.count
            return nil
        }
        return found - UnsafeMutableRawPointer(mutating: base)
    }

    private func check(
        _ line: Range<Int>,
        limits: HTTPLimits,
        startLineLimit: Int
    ) -> HTTP1Error? {
        switch step {
        case .startLine where line.count > startLineLimit:
            HTTP1Error(.uriTooLong, "The request line is longer than \(startLineLimit) bytes.")
        case .fields where line.upperBound - fieldsStart > limits.headerSize:
            HTTP1Error(
                .requestHeaderFieldsTooLarge,
                "The header fields are longer than \(limits.headerSize) bytes."
            )
        default:
            nil
        }
    }
}

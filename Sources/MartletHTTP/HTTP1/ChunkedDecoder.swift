import NIOCore

/// Decodes the chunked transfer coding (RFC 9112 §7.1), strictly.
///
/// A class, so that a connection holds one only while a chunked body comes.
final class ChunkedDecoder {
    private enum State {
        case sizeLine
        case data(Int)
        case dataEnd
        case trailers
        case done
    }

    private var state = State.sizeLine
    private var trailerReader = HeadReader.trailers()
    /// By how much the chunk-size lines are longer than their chunks warrant.
    private var excess = 0

    /// Takes what it can from `buffer`.
    func next(from buffer: inout ByteBuffer, limits: HTTPLimits) -> ContentDecoder.Output {
        while true {
            switch state {
            case .sizeLine:
                switch ChunkLine.read(buffer.readableBytesView, limit: limits.chunkLineSize) {
                case .needsMore: return .needsMore
                case .refused(let error): return .refused(error)
                case .size(let size, let lineLength):
                    buffer.moveReaderIndex(forwardBy: lineLength)
                    guard isWarranted(lineLength, by: size, limits: limits) else {
                        return .refused(.malformed("The chunk extensions are too long."))
                    }
                    state = size == 0 ? .trailers : .data(size)
                }
            case .data(let left):
                let count = min(left, buffer.readableBytes)
                guard count > 0, let piece = buffer.readSlice(length: count) else {
                    return .needsMore
                }
                state = count == left ? .dataEnd : .data(left - count)
                return .data(piece)
            case .dataEnd:
                guard buffer.readableBytes >= 2 else { return .needsMore }
                guard buffer.readInteger(as: UInt16.self) == 0x0D0A else {
                    return .refused(.malformed("A chunk is longer than its size says."))
                }
                state = .sizeLine
            case .trailers:
                return readTrailers(from: &buffer, limits: limits)
            case .done:
                return .end(nil)
            }
        }
    }

    /// Holds a line against what its chunk warrants; the size is at most 60 bits.
    private func isWarranted(_ lineLength: Int, by size: Int, limits: HTTPLimits) -> Bool {
        excess = max(0, excess + lineLength - 16 - 2 * size)
        return excess <= limits.chunkExcessSize
    }

    /// Whether a line has begun that is not complete, or the trailers are to come.
    func isWithinFraming(_ buffer: ByteBuffer) -> Bool {
        switch state {
        case .sizeLine, .dataEnd: buffer.readableBytes > 0
        case .trailers: true
        case .data, .done: false
        }
    }

    private func readTrailers(
        from buffer: inout ByteBuffer,
        limits: HTTPLimits
    ) -> ContentDecoder.Output {
        let outcome = buffer.withUnsafeReadableBytes { bytes in
            trailerReader.read(bytes, startLineLimit: 0, limits: limits) { _, _ in nil }
        }
        switch outcome {
        case .needsMore: return .needsMore
        case .refused(let error): return .refused(error)
        case .complete(let length):
            guard let bytes = buffer.readSlice(length: length) else { return .needsMore }
            state = .done
            let slices = trailerReader.fields.take().slices
            return .end(slices.isEmpty ? nil : Headers(bytes: bytes, slices: slices))
        }
    }
}

/// The line before a chunk: its size and its extensions (RFC 9112 §7.1.1).
enum ChunkLine {
    /// What the line says.
    enum Outcome: Equatable {
        case needsMore
        case size(Int, lineLength: Int)
        case refused(HTTP1Error)
    }

    /// Reads the line at the beginning of `bytes`.
    static func read(_ bytes: ByteBufferView, limit: Int) -> Outcome {
        let window = bytes.prefix(limit + 2)
        guard let lineFeed = window.firstIndex(of: 0x0A) else {
            return window.count == limit + 2
                ? .refused(.malformed("A chunk-size line is longer than \(limit) bytes."))
                : .needsMore
        }
        guard lineFeed > window.startIndex, window[lineFeed - 1] == 0x0D else {
            return .refused(.malformed("A chunk-size line ends with LF but without CR."))
        }
        let line = window[window.startIndex..<lineFeed - 1]
        let digits = line.prefix { PercentCoding.hexValue($0) != nil }
        // 15 hexadecimal digits cannot overflow, and no chunk is longer.
        guard (1...15).contains(digits.count) else {
            return .refused(.malformed("A chunk size is not a hexadecimal number."))
        }
        guard areExtensions(line[digits.endIndex...]) else {
            return .refused(.malformed("A chunk extension is malformed."))
        }
        var size = 0
        for digit in digits {
            size = size << 4 | Int(PercentCoding.hexValue(digit) ?? 0)
        }
        return .size(size, lineLength: lineFeed + 1 - window.startIndex)
    }

    /// Whether `text` is `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
    private static func areExtensions(_ text: ByteBufferView) -> Bool {
        var rest = text[...]
        while !rest.isEmpty {
            rest = rest.drop(while: isBlank)
            guard rest.first == UInt8(ascii: ";") else { return false }
            rest = rest.dropFirst().drop(while: isBlank)
            let name = rest.prefix(while: ASCII.isToken)
            guard !name.isEmpty else { return false }
            rest = rest[name.endIndex...]
            let afterBlank = rest.drop(while: isBlank)
            guard afterBlank.first == UInt8(ascii: "=") else { continue }
            rest = afterBlank.dropFirst().drop(while: isBlank)
            guard let end = valueEnd(rest) else { return false }
            rest = rest[end...]
        }
        return true
    }

    private static func valueEnd(_ text: ByteBufferView) -> Int? {
        guard text.first == UInt8(ascii: "\"") else {
            let token = text.prefix(while: ASCII.isToken)
            return token.isEmpty ? nil : token.endIndex
        }
        var index = text.startIndex + 1
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "\""):
                return index + 1
            case UInt8(ascii: "\\"):
                guard index + 1 < text.endIndex, isText(text[index + 1]) else { return nil }
                index += 2
            case let byte:
                guard isText(byte) else { return nil }
                index += 1
            }
        }
        return nil
    }

    private static func isText(_ byte: UInt8) -> Bool {
        byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }
}

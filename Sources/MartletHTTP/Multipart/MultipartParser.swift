import HTTPTypes
package import NIOCore

/// Takes a multipart body apart as it arrives (RFC 2046 §5.1): bytes in, events out.
///
/// It keeps no more than one part's header, or the beginning of what may be a delimiter. What
/// stands before the first delimiter and after the last is thrown away.
package struct MultipartParser: ~Copyable {
    /// What has been read.
    package enum Event: Sendable {
        /// A part begins, with these fields.
        case partBegan(Headers)
        /// A piece of its content; never empty.
        case content(ByteBuffer)
        /// The part is over.
        case partEnded
        /// The last part is over.
        case end
    }

    private enum State {
        /// Before the first delimiter.
        case preamble
        /// After the boundary of a delimiter.
        case delimiter
        /// At a part's header fields.
        case header
        /// At the line break that ends a header and may begin a delimiter.
        case contentStart
        case content
        /// After the last delimiter.
        case epilogue
    }

    private var state = State.preamble
    private let limits: MultipartLimits
    /// CR LF, two dashes, the boundary.
    private let delimiter: [UInt8]
    /// A body may begin with a delimiter; the line break that it lacks is put before it.
    private var buffer = ByteBuffer(string: "\r\n")
    /// The bytes of the line after a boundary, and then of the header, that need no second look.
    private var seen = 0
    private var partCount = 0
    private var partSize = 0
    private var totalSize = 0

    /// Makes a parser.
    ///
    /// - Throws: When the boundary is empty, longer than 70 characters, ends with a space or has
    ///   characters that RFC 2046 §5.1.1 forbids.
    package init(
        boundary: String,
        limits: MultipartLimits = MultipartLimits()
    ) throws(MultipartError) {
        let bytes = Array(boundary.utf8)
        guard (1...70).contains(bytes.count), bytes.last != UInt8(ascii: " "),
            bytes.allSatisfy(MultipartParser.isBoundaryByte)
        else {
            throw MultipartError(.invalidBoundary, "The multipart boundary is not valid.")
        }
        self.limits = limits
        self.delimiter = Array("\r\n--".utf8) + bytes
    }

    /// Takes the next bytes of the body.
    ///
    /// - Throws: When the body is longer than it may be.
    package mutating func receive(_ bytes: ByteBuffer) throws(MultipartError) {
        totalSize += bytes.readableBytes
        guard totalSize <= limits.totalSize else {
            throw MultipartError(
                .limitExceeded,
                "The multipart body is longer than \(limits.totalSize) bytes."
            )
        }
        guard state != .epilogue else { return }
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Says that the body is over.
    ///
    /// - Throws: When the last delimiter has not come.
    package func finish() throws(MultipartError) {
        guard state == .epilogue else {
            throw MultipartError(
                .truncated,
                "The multipart body ends before its last delimiter."
            )
        }
    }

    /// The next event; nil when more bytes are needed, and after the end.
    package mutating func next() throws(MultipartError) -> Event? {
        while true {
            switch state {
            case .preamble:
                guard skipPreamble() else { return nil }
                state = .delimiter
            case .delimiter:
                guard let isLast = try readDelimiterEnd() else { return nil }
                guard !isLast else {
                    state = .epilogue
                    buffer.clear()
                    return .end
                }
                state = .header
                partSize = 0
                partCount += 1
                guard partCount <= limits.parts else {
                    throw MultipartError(
                        .limitExceeded,
                        "The multipart body has more than \(limits.parts) parts."
                    )
                }
            case .header:
                guard let headers = try readHeader() else { return nil }
                state = .contentStart
                return .partBegan(headers)
            case .contentStart:
                guard let isDelimiter = startsWithDelimiter() else { return nil }
                buffer.moveReaderIndex(forwardBy: isDelimiter ? delimiter.count : 2)
                state = isDelimiter ? .delimiter : .content
                if isDelimiter { return .partEnded }
            case .content:
                return try readContent()
            case .epilogue:
                return nil
            }
        }
    }

    private static func isBoundaryByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default:
            "'()+_,-./:=? ".utf8.contains(byte)
        }
    }
}

extension MultipartParser {
    /// Where a delimiter begins in the buffer, or may begin when more bytes come.
    private func findDelimiter() -> (offset: Int, isWhole: Bool) {
        buffer.withUnsafeReadableBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                guard bytes[offset] == UInt8(ascii: "\r") else {
                    offset += 1
                    continue
                }
                let available = min(delimiter.count, bytes.count - offset)
                var matched = 1
                while matched < available, bytes[offset + matched] == delimiter[matched] {
                    matched += 1
                }
                if matched == available {
                    return (offset, matched == delimiter.count)
                }
                // No other byte of a delimiter is a CR, so none begins in what matched.
                offset += matched
            }
            return (bytes.count, false)
        }
    }

    private mutating func skipPreamble() -> Bool {
        let found = findDelimiter()
        buffer.moveReaderIndex(forwardBy: found.offset)
        if found.isWhole {
            buffer.moveReaderIndex(forwardBy: delimiter.count)
        }
        return found.isWhole
    }

    /// Whether the buffer begins with a delimiter; nil when that cannot be known yet.
    private func startsWithDelimiter() -> Bool? {
        let found = findDelimiter()
        guard found.offset == 0 else { return false }
        return found.isWhole ? true : nil
    }

    private mutating func readContent() throws(MultipartError) -> Event? {
        let found = findDelimiter()
        guard found.offset > 0, let content = buffer.readSlice(length: found.offset) else {
            guard found.isWhole else { return nil }
            buffer.moveReaderIndex(forwardBy: delimiter.count)
            state = .delimiter
            return .partEnded
        }
        partSize += content.readableBytes
        guard partSize <= limits.partSize else {
            throw MultipartError(
                .limitExceeded,
                "A part of the multipart body is longer than \(limits.partSize) bytes."
            )
        }
        return .content(content)
    }

    /// Reads what follows a boundary: two dashes after the last part, else the end of the line.
    ///
    /// - Returns: Whether it was the last; nil when more bytes are needed.
    private mutating func readDelimiterEnd() throws(MultipartError) -> Bool? {
        while let byte = buffer.peekInteger(as: UInt8.self),
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
        {
            buffer.moveReaderIndex(forwardBy: 1)
            seen += 1
        }
        guard seen <= limits.headerSize else { throw headerTooLong }
        guard let first = buffer.peekInteger(as: UInt8.self) else { return nil }
        let isLast = seen == 0 && first == UInt8(ascii: "-")
        guard isLast || first == UInt8(ascii: "\r") else {
            throw MultipartParser.malformedDelimiter
        }
        guard let both = buffer.peekInteger(as: UInt16.self) else { return nil }
        guard both == (isLast ? 0x2D2D : 0x0D0A) else { throw MultipartParser.malformedDelimiter }
        buffer.moveReaderIndex(forwardBy: 2)
        seen = 0
        return isLast
    }

    /// Reads a part's header fields, up to the line break that ends the empty line.
    ///
    /// - Returns: The fields; nil when more bytes are needed.
    private mutating func readHeader() throws(MultipartError) -> Headers? {
        let length = buffer.withUnsafeReadableBytes { bytes -> Int? in
            func isLineBreak(_ offset: Int) -> Bool {
                bytes[offset] == UInt8(ascii: "\r") && bytes[offset + 1] == UInt8(ascii: "\n")
            }
            if seen == 0, bytes.count >= 2, isLineBreak(0) { return 0 }
            return (seen..<max(seen, bytes.count - 3)).first { offset in
                isLineBreak(offset) && isLineBreak(offset + 2)
            }.map { $0 + 2 }
        }
        guard length ?? buffer.readableBytes <= limits.headerSize else { throw headerTooLong }
        guard let length, let block = buffer.readSlice(length: length) else {
            seen = max(0, buffer.readableBytes - 3)
            return nil
        }
        seen = 0
        return try MultipartHeader.parse(block, limit: limits.headerCount)
    }

    private var headerTooLong: MultipartError {
        MultipartError(
            .limitExceeded,
            "The header of a part is longer than \(limits.headerSize) bytes."
        )
    }

    private static let malformedDelimiter = MultipartError(
        .malformedDelimiter,
        "A line of the multipart body begins with the boundary and does not end after it."
    )
}

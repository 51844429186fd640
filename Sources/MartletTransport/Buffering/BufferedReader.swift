public import MartletCore
public import NIOCore

/// Reads from a source of buffers in the pieces that a protocol asks for.
///
/// What Go's `bufio.Reader` does, with two differences: bytes are copied only where a piece spans
/// what arrived separately, and a reader has limits. It holds at most ``maximumBuffered`` bytes
/// (and what one read of the source brings beyond them) for something that is not complete, and a
/// peer that has begun something must finish it within ``completionTimeout``. How long a peer may
/// be silent is the source's own limit.
///
/// ```swift
/// let reader = BufferedReader(stream)
/// while let line = try await reader.readLine() {
///     try await answer(String(buffer: line))
/// }
/// ```
///
/// Every method that waits may be cancelled; what has arrived stays and can still be read. Where
/// the input ends between two pieces, methods return nil; where it ends within one they throw
/// ``FramingError`` with ``FramingError/Code/unfinished``.
///
/// A reader belongs to one task. There is no buffered writer: a stream gathers what is written to
/// it by itself.
public final class BufferedReader<Source: ByteSource> {
    /// How many bytes are held for something that is not complete.
    public let maximumBuffered: Int

    /// How long a peer may take from the first byte of a line, frame or other piece to its last.
    public let completionTimeout: Duration

    private let clock: any MonotonicClock
    private var source: Source
    private var buffer = ByteBuffer()
    private var hasEnded = false

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - source: Where the bytes come from.
    ///   - maximumBuffered: How many bytes are held for something that is not complete; 64 KiB
    ///     unless you say otherwise.
    ///   - completionTimeout: How long a peer may take from the first byte of a piece to its last;
    ///     30 seconds unless you say otherwise. It is looked at whenever bytes arrive, and holds
    ///     to the moment if the source supports ``ByteSource/read(until:)``.
    ///   - clock: The clock of `completionTimeout`.
    public init(
        _ source: Source,
        maximumBuffered: Int = FrameLimit.standard,
        completionTimeout: Duration = .seconds(30),
        clock: any MonotonicClock = ContinuousClock()
    ) {
        FrameLimit.check(maximumBuffered)
        precondition(completionTimeout > .zero, "nothing is complete in no time")
        self.source = source
        self.maximumBuffered = maximumBuffered
        self.completionTimeout = completionTimeout
        self.clock = clock
    }

    /// Makes a reader of a sequence of buffers.
    ///
    /// - Parameters:
    ///   - sequence: Where the bytes come from.
    ///   - maximumBuffered: How many bytes are held for something that is not complete.
    ///   - completionTimeout: How long a peer may take from the first byte of a piece to its last.
    ///   - clock: The clock of `completionTimeout`.
    public convenience init<Base>(
        _ sequence: Base,
        maximumBuffered: Int = FrameLimit.standard,
        completionTimeout: Duration = .seconds(30),
        clock: any MonotonicClock = ContinuousClock()
    ) where Source == SequenceByteSource<Base> {
        self.init(
            SequenceByteSource(sequence),
            maximumBuffered: maximumBuffered,
            completionTimeout: completionTimeout,
            clock: clock
        )
    }

    /// How many bytes have arrived and have not been read.
    public var bufferedBytes: Int { buffer.readableBytes }

    // MARK: Reading

    /// The next bytes, however many there are.
    ///
    /// - Parameter maximum: The most to return; the rest stays.
    /// - Returns: At least one byte, or nil at the end of the input.
    /// - Throws: What the source throws.
    public func read(upTo maximum: Int = .max) async throws -> ByteBuffer? {
        precondition(maximum > 0, "who reads nothing cannot tell it from the end")
        while buffer.readableBytes == 0 {
            guard try await readSource() else { return nil }
        }
        if maximum >= buffer.readableBytes {
            defer { buffer = ByteBuffer() }
            return buffer
        }
        return buffer.readSlice(length: maximum)
    }

    /// The next `count` bytes.
    ///
    /// - Parameter count: How many; at most ``maximumBuffered``.
    /// - Returns: That many bytes, or nil when the input has ended before the first.
    /// - Throws: ``FramingError``; what the source throws.
    public func readExactly(_ count: Int) async throws -> ByteBuffer? {
        guard try await fill(count) || buffer.readableBytes > 0 else { return nil }
        guard let bytes = buffer.readSlice(length: count) else {
            throw unfinished("\(count) bytes")
        }
        return bytes
    }

    /// The bytes before `delimiter`, which is read too and left out.
    ///
    /// - Parameter delimiter: What to look for.
    /// - Returns: The bytes, or nil when the input has ended before the first.
    /// - Throws: ``FramingError``; what the source throws.
    public func readUntil(_ delimiter: some Sequence<UInt8>) async throws -> ByteBuffer? {
        var framing = DelimiterFraming(delimiter, maximumFrameSize: maximumBuffered)
        return try await readFrame(using: &framing)
    }

    /// The next line, without the LF or CR LF that ends it.
    ///
    /// - Returns: The line, or nil when the input has ended before its first byte.
    /// - Throws: ``FramingError``; what the source throws.
    public func readLine() async throws -> ByteBuffer? {
        var framing = NewlineFraming(maximumFrameSize: maximumBuffered)
        return try await readFrame(using: &framing)
    }

    /// The next frame.
    ///
    /// The decoder's limit holds, and not ``maximumBuffered``.
    ///
    /// - Parameter decoder: What finds frames; keep it for as long as frames are to be read.
    /// - Returns: The frame, or nil when the input has ended before its first byte.
    /// - Throws: ``FramingError``; what the decoder and the source throw.
    public func readFrame<Decoder: FrameDecoder>(
        using decoder: inout Decoder
    ) async throws -> Decoder.Frame? {
        var deadline: ContinuousClock.Instant?
        while true {
            if hasEnded { return try decoder.decodeLast(from: &buffer) }
            if buffer.readableBytes > 0 {
                if let frame = try decoder.decode(from: &buffer) { return frame }
                guard buffer.readableBytes < decoder.maximumEncodedSize else {
                    throw FrameLimit.noEnd(maximum: decoder.maximumEncodedSize)
                }
            }
            try await readMore(&deadline)
        }
    }

    // MARK: Looking ahead

    /// The next `count` bytes, which stay to be read.
    ///
    /// - Parameter count: How many; at most ``maximumBuffered``.
    /// - Returns: That many bytes, or fewer where the input ends.
    /// - Throws: ``FramingError``; what the source throws.
    public func peek(_ count: Int) async throws -> ByteBuffer {
        try await fill(count)
        let available = min(count, buffer.readableBytes)
        return buffer.getSlice(at: buffer.readerIndex, length: available) ?? ByteBuffer()
    }

    /// Reads `count` bytes and forgets them.
    ///
    /// Nothing is gathered, so that `count` has no limit.
    ///
    /// - Parameter count: How many.
    /// - Throws: ``FramingError`` with ``FramingError/Code/unfinished``; what the source throws.
    public func discard(_ count: Int) async throws {
        precondition(count >= 0, "what has been read does not come back")
        var left = count
        while left > 0 {
            let available = min(left, buffer.readableBytes)
            buffer.moveReaderIndex(forwardBy: available)
            left -= available
            guard left > 0 else { return }
            guard try await readSource() else { throw unfinished("\(left) bytes to discard") }
        }
    }

    // MARK: The source

    /// Waits until `count` bytes are there; false when the input ends before.
    @discardableResult
    private func fill(_ count: Int) async throws -> Bool {
        precondition(count >= 0, "nobody reads fewer bytes than none")
        guard count <= maximumBuffered else {
            throw FrameLimit.tooLarge(count, maximum: maximumBuffered)
        }
        var deadline: ContinuousClock.Instant?
        while buffer.readableBytes < count {
            guard !hasEnded else { return false }
            try await readMore(&deadline, expecting: count)
        }
        return true
    }

    /// Waits for bytes that complete what is there, which must not take too long.
    private func readMore(
        _ deadline: inout ContinuousClock.Instant?,
        expecting count: Int = 0
    ) async throws {
        guard buffer.readableBytes > 0 else {
            _ = try await readSource()
            return
        }
        let now = clock.now
        let end = deadline ?? now.advanced(by: completionTimeout)
        deadline = end
        guard now < end else {
            throw FramingError(
                .deadlineExceeded,
                "The peer has sent \(buffer.readableBytes) bytes of a piece and not its end "
                    + "within \(completionTimeout)."
            )
        }
        guard let bytes = try await source.read(until: end) else {
            hasEnded = true
            return
        }
        append(bytes, expecting: count)
    }

    /// Waits for bytes where none are there; false at the end of the input.
    private func readSource() async throws -> Bool {
        guard !hasEnded else { return false }
        assert(buffer.readableBytes == 0, "bytes that are there are read first")
        guard let bytes = try await source.read() else {
            hasEnded = true
            return false
        }
        buffer = bytes
        return true
    }

    /// Joins what has just arrived to what is there.
    private func append(_ bytes: ByteBuffer, expecting count: Int) {
        let total = max(count, buffer.readableBytes + bytes.readableBytes)
        let appended: Void? = buffer.modifyIfUniquelyOwned { buffer in
            if buffer.writableBytes < bytes.readableBytes { buffer.discardReadBytes() }
            buffer.reserveCapacity(minimumWritableBytes: total - buffer.readableBytes)
            buffer.writeImmutableBuffer(bytes)
        }
        guard appended == nil else { return }
        // Frames handed out before share this memory: only what is left of it is taken along.
        var joined = ByteBuffer()
        joined.reserveCapacity(total)
        joined.writeImmutableBuffer(buffer)
        joined.writeImmutableBuffer(bytes)
        buffer = joined
    }

    private func unfinished(_ wanted: String) -> FramingError {
        FramingError(
            .unfinished,
            "The input ended after \(buffer.readableBytes) of \(wanted)."
        )
    }
}

@available(*, unavailable)
extension BufferedReader: Sendable {}

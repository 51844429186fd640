extension BufferedReader {
    /// The frames that arrive from now on.
    ///
    /// When the loop over them ends, the reader goes on behind the last frame, so that a protocol
    /// may change its framing.
    ///
    /// ```swift
    /// for try await frame in reader.frames(using: LengthPrefixFraming()) {
    ///     try await answer(frame)
    /// }
    /// ```
    ///
    /// - Parameter decoder: What finds frames. Its limit holds, and not ``maximumBuffered``.
    /// - Returns: A sequence that ends with the input, and throws what
    ///   ``readFrame(using:)`` throws.
    public func frames<Decoder: FrameDecoder>(
        using decoder: Decoder
    ) -> FrameSequence<Source, Decoder> {
        FrameSequence(reader: self, decoder: decoder)
    }
}

/// The frames of a ``BufferedReader``.
public struct FrameSequence<Source: ByteSource, Decoder: FrameDecoder>: AsyncSequence {
    /// What is decoded.
    public typealias Element = Decoder.Frame

    fileprivate let reader: BufferedReader<Source>
    fileprivate let decoder: Decoder

    /// Starts to read.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: reader, decoder: decoder)
    }

    /// Reads frame by frame.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: BufferedReader<Source>
        fileprivate var decoder: Decoder

        /// The next frame, or nil at the end of the input.
        ///
        /// - Throws: What ``BufferedReader/readFrame(using:)`` throws.
        public mutating func next() async throws -> Decoder.Frame? {
            try await reader.readFrame(using: &decoder)
        }

        /// The next frame, or nil at the end of the input.
        ///
        /// - Parameter actor: Where the caller runs.
        /// - Returns: A frame, or nil.
        /// - Throws: What ``BufferedReader/readFrame(using:)`` throws.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> Decoder.Frame? {
            try await reader.readFrame(using: &decoder)
        }
    }
}

@available(*, unavailable)
extension FrameSequence: Sendable {}

@available(*, unavailable)
extension FrameSequence.Iterator: Sendable {}

/// The parts of a request's body, one after the other as they arrive.
///
/// It can be iterated once, by one task at a time.
public struct MultipartParts: AsyncSequence, Sendable {
    /// What the sequence consists of.
    public typealias Element = MultipartPart

    private let reader: MultipartReader

    init(_ reader: MultipartReader) {
        self.reader = reader
    }

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator {
        Iterator(reader: reader)
    }

    /// Reads part after part.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private let reader: MultipartReader

        init(reader: MultipartReader) {
            self.reader = reader
        }

        /// The next part, once what is left of the one before has been skipped; nil at the end.
        ///
        /// - Throws: ``HTTPError`` with 400 when the body is malformed or ends early, 413 when it
        ///   exceeds a limit; an I/O error when the client breaks off.
        public mutating func next() async throws -> MultipartPart? {
            try await reader.nextPart()
        }
    }
}

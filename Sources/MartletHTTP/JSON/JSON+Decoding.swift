public import NIOCore

extension JSON {
    /// What a document may be at most.
    public struct Limits: Hashable, Sendable {
        /// The most bytes; 16 MiB unless set, and never more than 4 GiB.
        public var size: Int

        /// The deepest nesting of arrays and objects; 128 unless set.
        ///
        /// A value's own decoding recurses as deep as its document does.
        public var depth: Int

        /// Makes limits.
        public init(size: Int = 16 << 20, depth: Int = 128) {
            self.size = size
            self.depth = depth
        }
    }

    /// Decodes a value from a whole document.
    ///
    /// What RFC 8259 does not allow is refused, and so are text that is not UTF-8, halves of
    /// surrogate pairs, and numbers that the type asked for cannot hold; `1.0` and `1e2` are
    /// integers. Of members with the same name the last one holds, wherever it stands; names are
    /// compared byte by byte. Members that the type does not ask for are ignored.
    ///
    /// - Parameters:
    ///   - type: What to decode.
    ///   - buffer: The document, which is all of the readable bytes.
    ///   - limits: What the document may be at most.
    /// - Returns: The value.
    /// - Throws: ``JSONError``; whatever but a `DecodingError` the type's own decoding throws.
    public static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from buffer: ByteBuffer,
        limits: Limits = Limits()
    ) throws -> Value {
        try buffer.withUnsafeReadableBytes { bytes in
            let document = try JSONDocument(bytes, limits: limits)
            // Sound: the document forgets the bytes before they go.
            defer { document.invalidate() }
            do {
                return try document.decode(type, at: 0)
            } catch let error as DecodingError {
                throw document.located(error)
            }
        }
    }
}

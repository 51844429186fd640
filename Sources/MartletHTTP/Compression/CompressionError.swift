/// Why bytes could not be compressed or decompressed.
public struct CompressionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Hashable, Sendable {
        private let rawValue: String

        private init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The bytes are not of the format, or their checksum is wrong.
        public static let corrupt = Code("corrupt")

        /// The bytes end before the format does; ``corrupt`` when what is there is wrong.
        public static let truncated = Code("truncated")

        /// The content is longer than the limit on its size.
        public static let tooLong = Code("tooLong")

        /// The content is suspiciously longer than its compressed form: a "zip bomb".
        public static let tooDense = Code("tooDense")

        /// There is no memory for the compressor.
        public static let outOfMemory = Code("outOfMemory")
    }

    /// What went wrong.
    public let code: Code

    /// What went wrong, for a person to read.
    public let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

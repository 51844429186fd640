/// Why bytes are no frame, or a frame cannot be sent.
public struct FramingError: Error, Hashable, Sendable {
    /// The kinds of refusal.
    public struct Code: Hashable, Sendable {
        private let name: String

        /// A frame is over its limit; choose this over `malformed` when a higher limit would help.
        public static let tooLarge = Code(name: "frame too large")
        /// The input ended in the middle of a frame, or of what a reader was asked for.
        public static let unfinished = Code(name: "unfinished")
        /// What marks frames off makes no sense, whatever the limits are.
        public static let malformed = Code(name: "malformed frame")
        /// A frame to be sent contains what marks frames off, or has not the size of a frame.
        public static let unsendable = Code(name: "unsendable frame")
        /// A peer has begun a frame, and not finished it in time.
        public static let deadlineExceeded = Code(name: "deadline exceeded")

        private init(name: String) {
            self.name = name
        }

        /// Makes a kind of your own, for a codec of your own.
        public static func custom(_ name: String) -> Code {
            Code(name: name)
        }

        fileprivate var text: String { name }
    }

    /// Which kind it is.
    public let code: Code

    /// What happened, for a log.
    public let message: String

    /// Makes an error, for a codec of your own.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension FramingError: CustomStringConvertible {
    /// The kind and the message.
    public var description: String { "\(code.text): \(message)" }
}

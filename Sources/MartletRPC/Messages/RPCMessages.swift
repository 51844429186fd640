import MartletHTTP
import NIOCore

/// The messages that the other end of a call streams, as they arrive.
///
/// They can be read once. A sender who is faster than its reader is held up by flow control.
public struct RPCMessages<Message: Sendable>: AsyncSequence, Sendable {
    /// A message.
    public typealias Element = Message

    private let body: Body
    private let coding: RPCMessageCoding
    private let codec: RPCCodec<Message>
    /// What a client knows of the answer; nil at a server.
    private let answer: RPCIncomingAnswer?
    /// The call, while it is not known whether its answer has begun.
    private let opening: RPCOpening<Message>?

    init(
        _ body: Body,
        _ coding: RPCMessageCoding,
        _ codec: RPCCodec<Message>,
        answer: RPCIncomingAnswer? = nil,
        opening: RPCOpening<Message>? = nil
    ) {
        self.body = body
        self.coding = coding
        self.codec = codec
        self.answer = answer
        self.opening = opening
    }

    /// What a server sent before its first message; empty at a server.
    ///
    /// When both ends stream it is there once the first message has been read.
    public var initialMetadata: RPCMetadata {
        opening?.begun?.initialMetadata ?? answer?.initialMetadata ?? RPCMetadata()
    }

    /// What a server sent after its last message, once that has been read; empty at a server.
    public var trailingMetadata: RPCMetadata {
        opening?.begun?.trailingMetadata ?? answer?.trailingMetadata ?? RPCMetadata()
    }

    /// Reads the messages one by one.
    public func makeAsyncIterator() -> Iterator {
        Iterator(body, coding, codec, answer, opening)
    }

    /// Reads messages one by one.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private var body: Body
        private var input: Body.Iterator
        private var source: (any BodySource)?
        private var frames: RPCFrameReader
        private var coding: RPCMessageCoding
        private var codec: RPCCodec<Message>
        private var answer: RPCIncomingAnswer?
        private var opening: RPCOpening<Message>?

        fileprivate init(
            _ body: Body,
            _ coding: RPCMessageCoding,
            _ codec: RPCCodec<Message>,
            _ answer: RPCIncomingAnswer?,
            _ opening: RPCOpening<Message>?
        ) {
            self.opening = opening
            self.body = body
            input = body.makeAsyncIterator()
            source = input.source
            frames = RPCFrameReader(maximumSize: coding.maximumSize)
            self.coding = coding
            self.codec = codec
            self.answer = answer
        }

        /// The next message; nil when the other end has sent its last.
        ///
        /// - Throws: ``RPCError`` when a message is too long, corrupt or cannot be decoded, and at
        ///   a client when the call fails; at a server an I/O error when the caller breaks off;
        ///   `CancellationError`.
        public mutating func next() async throws -> Message? {
            try await next(isolation: nil)
        }

        /// The next message, as ``next()`` has it.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> Message? {
            if let opening { self = try await opening.messages().makeAsyncIterator() }
            // As `nextFrame()`, without a call more for every message.
            var found: RPCFrame?
            do {
                found = try frames.next()
                while found == nil {
                    let piece =
                        if let source { try await source.next() } else { try await input.next() }
                    guard let bytes = piece else { break }
                    frames.feed(bytes)
                    found = try frames.next()
                }
            } catch {
                throw answer?.failure(error) ?? error
            }
            if let found { return try coding.decode(found, codec) }
            try end()
            return nil
        }

        /// The next message, not decoded yet.
        mutating func nextFrame() async throws -> RPCFrame? {
            if let opening { self = try await opening.messages().makeAsyncIterator() }
            do {
                while true {
                    if let frame = try frames.next() { return frame }
                    guard let bytes = try await input.next() else { break }
                    frames.feed(bytes)
                }
            } catch {
                throw answer?.failure(error) ?? error
            }
            try end()
            return nil
        }

        private func end() throws {
            // A call that failed may end anywhere, and its status says more than that.
            try answer?.end(body.trailers)
            try frames.finish()
        }
    }
}

extension RPCMessages {
    /// The one message of a call that takes, or answers, one.
    ///
    /// - Throws: ``RPCError``: UNIMPLEMENTED when there are none or several, and what reading
    ///   messages throws.
    func only() async throws -> Message {
        if let bytes = body.whole {
            // All is here: nothing to wait for.
            try answer?.end(body.trailers)
            return try coding.decode(Self.only(bytes, coding.maximumSize), codec)
        }
        var messages = makeAsyncIterator()
        guard let frame = try await messages.nextFrame() else { throw Self.wrongCount("none") }
        guard try await messages.nextFrame() == nil else { throw Self.wrongCount("more") }
        return try coding.decode(frame, codec)
    }

    /// The one message in `bytes`, which are all of a call's content, not decoded yet.
    ///
    /// - Throws: As ``only()``.
    static func only(_ bytes: ByteBuffer, _ maximumSize: Int) throws -> RPCFrame {
        var frames = RPCFrameReader(maximumSize: maximumSize)
        frames.feed(bytes)
        guard let frame = try frames.next() else {
            try frames.finish()
            throw wrongCount("none")
        }
        guard !frames.isWithinFrame else { throw wrongCount("more") }
        return frame
    }

    private static func wrongCount(_ count: String) -> RPCError {
        RPCError(.unimplemented, "There should be one message, and there are \(count).")
    }
}

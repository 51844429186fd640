import MartletHTTP

/// The messages that a caller streams, as they arrive.
///
/// They can be read once. A caller who is faster than its reader is held up by flow control.
public struct RPCMessages<Message: Sendable>: AsyncSequence, Sendable {
    /// A message.
    public typealias Element = Message

    private let body: Body
    private let call: RPCCall
    private let codec: RPCCodec<Message>

    init(_ body: Body, of call: RPCCall, _ codec: RPCCodec<Message>) {
        self.body = body
        self.call = call
        self.codec = codec
    }

    /// Reads the messages one by one.
    public func makeAsyncIterator() -> Iterator {
        Iterator(body, of: call, codec)
    }

    /// Reads messages one by one.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        private var input: Body.Iterator
        private var frames: RPCFrameReader
        private let call: RPCCall
        private let codec: RPCCodec<Message>

        init(_ body: Body, of call: RPCCall, _ codec: RPCCodec<Message>) {
            input = body.makeAsyncIterator()
            frames = RPCFrameReader(maximumSize: call.service.configuration.maximumMessageSize)
            self.call = call
            self.codec = codec
        }

        /// The next message; nil when the caller has sent its last.
        ///
        /// - Throws: ``RPCError`` when a message is too long, corrupt or cannot be decoded; an I/O
        ///   error when the caller breaks off; `CancellationError`.
        public mutating func next() async throws -> Message? {
            guard let frame = try await nextFrame() else { return nil }
            return try call.decode(frame, codec)
        }

        /// The next message, not decoded yet.
        mutating func nextFrame() async throws -> RPCFrame? {
            while true {
                if let frame = try frames.next() { return frame }
                guard let bytes = try await input.next() else {
                    try frames.finish()
                    return nil
                }
                frames.feed(bytes)
            }
        }
    }
}

extension RPCCall {
    /// The one message of a call that takes one.
    ///
    /// - Throws: ``RPCError``: UNIMPLEMENTED when there are none or several, and what reading
    ///   messages throws.
    func onlyMessage<Message>(
        in body: Body,
        _ codec: RPCCodec<Message>
    ) async throws -> Message {
        if let bytes = body.whole {
            // All is here: nothing to wait for.
            var frames = RPCFrameReader(maximumSize: service.configuration.maximumMessageSize)
            frames.feed(bytes)
            guard let frame = try frames.next() else {
                try frames.finish()
                throw Self.wrongCount("none")
            }
            guard !frames.isWithinFrame else { throw Self.wrongCount("more") }
            return try decode(frame, codec)
        }
        var messages = RPCMessages(body, of: self, codec).makeAsyncIterator()
        guard let frame = try await messages.nextFrame() else { throw Self.wrongCount("none") }
        guard try await messages.nextFrame() == nil else { throw Self.wrongCount("more") }
        return try decode(frame, codec)
    }

    private static func wrongCount(_ count: String) -> RPCError {
        RPCError(.unimplemented, "The method takes one message; the call has \(count).")
    }
}

import HTTPTypes
import MartletHTTP
import NIOCore

/// The messages that one end of a call streams to the other.
///
/// A method of a server returns one; its messages are made after that, when the head of the answer
/// is on its way. A method that throws before it returns answers with its error alone. A caller
/// gives one to a client; a call whose messages throw is cancelled.
///
/// ```swift
/// return RPCStream { writer in
///     for number in 1...request.value { try await writer.write(.with { $0.value = number }) }
/// }
/// ```
public struct RPCStream<Message: Sendable>: Sendable {
    let produce: @Sendable (RPCWriter<Message>) async throws -> Void

    /// Makes a stream of what `produce` writes.
    ///
    /// The call ends when it returns or throws.
    public init(_ produce: @escaping @Sendable (RPCWriter<Message>) async throws -> Void) {
        self.produce = produce
    }

    /// Makes a stream of a sequence's messages; the sequence is iterated once.
    public init<Messages: AsyncSequence & Sendable>(_ messages: Messages)
    where Messages.Element == Message {
        self.init { writer in
            for try await message in messages { try await writer.write(message) }
        }
    }

    /// The request's content that carries the messages.
    func body(_ coding: RPCMessageCoding, _ codec: RPCCodec<Message>) -> Body {
        let produce = produce
        return Body { writer in
            try await produce(RPCWriter(writer: writer, coding: coding, codec: codec))
        }
    }

    /// The response that carries the messages, and after them the call's status.
    func response(to call: RPCCall, _ codec: RPCCodec<Message>) -> Response {
        let produce = produce
        let body = Body { writer in
            do {
                try await produce(RPCWriter(writer: writer, coding: call.coding, codec: codec))
                writer.setTrailers(call.okTrailers())
            } catch {
                writer.setTrailers(call.trailers(for: error))
            }
        }
        return Response(.ok, headers: call.head(), body: body)
    }
}

/// Writes messages to the other end of a call, one by one.
public struct RPCWriter<Message: Sendable>: Sendable {
    let writer: BodyWriter
    let coding: RPCMessageCoding
    let codec: RPCCodec<Message>

    /// Writes a message; suspends while the other end does not keep up.
    ///
    /// - Throws: ``RPCError`` when it cannot be encoded; an I/O error when the other end has gone;
    ///   `CancellationError` when the call is cancelled or its deadline has come.
    public func write(_ message: Message) async throws {
        let bytes = try coding.encode(message, codec)
        switch try writer.writeNow(bytes) {
        case .taken: return
        case .waiting: try await writer.drain()
        case .refused: try await writer.write(bytes)
        }
    }
}

import MartletHTTP
import NIOCore
import SwiftProtobuf

/// How a method is called with JSON: what its messages look like, and its body behind them.
struct RPCTranscoding: Sendable {
    /// What the request can be made of.
    let request: MessageShape
    /// What the response can be.
    let response: MessageShape
    let run: @Sendable (_ document: ByteBuffer, RPCCall, TranscodedForm) async throws -> Response

    /// A method of one response message.
    static func unary<Input: Message, Output: Message>(
        _ body: @escaping @Sendable (Input, RPCCall) async throws -> Output
    ) -> RPCTranscoding {
        RPCTranscoding(
            request: MessageShape(Input.self),
            response: MessageShape(Output.self)
        ) { document, call, form in
            let input: Input = try decode(document)
            return try form.answer(try await body(input, call), to: call)
        }
    }

    /// A method of many response messages.
    static func serverStreaming<Input: Message, Output: Message>(
        _ body: @escaping @Sendable (Input, RPCCall) async throws -> RPCStream<Output>
    ) -> RPCTranscoding {
        RPCTranscoding(
            request: MessageShape(Input.self),
            response: MessageShape(Output.self)
        ) { document, call, form in
            let input: Input = try decode(document)
            return form.answer(try await body(input, call), to: call)
        }
    }

    private static func decode<Input: Message>(
        _ document: ByteBuffer
    ) throws(UndecodableDocument) -> Input {
        do {
            return try Input(jsonUTF8Bytes: MessageBytes(bytes: document))
        } catch {
            throw UndecodableDocument(cause: error)
        }
    }
}

/// A document is not the request's message.
struct UndecodableDocument: Error {
    let cause: any Error
}

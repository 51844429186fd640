import HTTPTypes
import MartletHTTP
import NIOCore
import SwiftProtobuf

/// How the answer to a call with JSON is written.
struct TranscodedForm: Sendable {
    /// The response's field that is answered alone.
    let responseBody: String?
    /// Whether many messages are server-sent events, rather than lines.
    let isEvents: Bool
    let options: JSONEncodingOptions

    /// The answer of one message.
    ///
    /// - Throws: ``RPCError`` when it cannot be encoded.
    func answer(_ message: some Message, to call: RPCCall) throws(RPCError) -> Response {
        var headers: Headers = [.contentType: "application/json"]
        headers.appendTranscoded(call.responseMetadata.initial)
        headers.appendTranscoded(call.responseMetadata.trailing)
        return Response(.ok, headers: headers, body: Body(try encode(message)))
    }

    /// The answer of many messages.
    func answer<Output: Message>(_ stream: RPCStream<Output>, to call: RPCCall) -> Response {
        let codec = RPCCodec<Output>(
            decode: { _ in throw RPCError(.internal, "A response is not read.") },
            encode: { try encode($0) }
        )
        let framed = stream.response(to: call, codec).body
        var headers: Headers = [
            .contentType: isEvents ? "text/event-stream" : "application/x-ndjson",
            .cacheControl: "no-store",
        ]
        headers.appendTranscoded(call.responseMetadata.initial)
        let isEvents = isEvents
        let body = Body { writer in
            let lines = TranscodedLines(writer, isEvents: isEvents)
            try await framed.write(to: BodyWriter(lines))
            try await lines.finish()
        }
        return Response(.ok, headers: headers, body: body)
    }

    /// The JSON of a message, or of the one field.
    private func encode(_ message: some Message) throws(RPCError) -> ByteBuffer {
        do {
            let bytes: MessageBytes = try message.jsonUTF8Bytes(options: options)
            guard let responseBody else { return bytes.content }
            return try field(responseBody, of: message, bytes.content)
        } catch {
            throw RPCError(.internal, "A response message could not be encoded.", cause: error)
        }
    }

    /// The JSON of a field; `null` for one that is not set or has its default.
    ///
    /// Members are in the same order under their names of the .proto, by which the field is found.
    private func field(
        _ name: String,
        of message: some Message,
        _ json: ByteBuffer
    ) throws -> ByteBuffer {
        var named = options
        named.preserveProtoFieldNames = true
        let twin: MessageBytes = try message.jsonUTF8Bytes(options: named)
        guard
            let members = JSONMembers.scan(json.readableBytesView),
            let names = JSONMembers.scan(twin.content.readableBytesView),
            let place = names.firstIndex(where: {
                $0.name(in: twin.content.readableBytesView) == name
            }), place < members.count,
            let value = json.getSlice(at: members[place].value)
        else { return ByteBuffer(string: "null") }
        return value
    }
}

extension ByteBuffer {
    /// The bytes at a range of indices of its view.
    func getSlice(at range: Range<Int>) -> ByteBuffer? {
        getSlice(at: range.lowerBound, length: range.count)
    }
}

extension Headers {
    /// Adds metadata under names that begin with `Grpc-Metadata-`.
    mutating func appendTranscoded(_ metadata: RPCMetadata) {
        for (name, value) in metadata.fields {
            if let name = HTTPField.Name("Grpc-Metadata-\(name)") { append(value, for: name) }
        }
    }
}

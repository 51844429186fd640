import HTTPTypes
public import MartletCore
package import MartletHTTP
package import NIOCore
import Synchronization

/// One call of a method: who calls, what came along, and what goes back beside the messages.
public final class RPCCall: Sendable {
    /// The method's full name, as in `example.UserService/GetUser`.
    public let method: String

    /// The deadline, identity and trace; pass it on to every call made on behalf of this one.
    public let context: CallContext

    /// What the method and the messages are handled with.
    package let service: RPCService
    private let headers: Headers
    private let requestCompression: RPCCompression?
    private let responseCompression: RPCCompression?
    private let answer = Mutex(Answer())

    private struct Answer {
        var initial = RPCMetadata()
        var trailing = RPCMetadata()
    }

    /// Makes the call that a request is.
    ///
    /// - Throws: ``RPCError`` when its messages are compressed in a way that is not understood.
    package init(
        method: String,
        request: Request,
        context: CallContext,
        service: RPCService
    ) throws(RPCError) {
        self.method = method
        self.context = context
        self.service = service
        headers = request.headers
        if let token = headers[RPCFields.encoding] {
            requestCompression = try RPCCompression.named(token)
        } else {
            requestCompression = nil
        }
        if let offered = service.configuration.responseCompression,
            let accepted = headers[RPCFields.acceptEncoding], offered.isAccepted(by: accepted)
        {
            responseCompression = offered
        } else {
            responseCompression = nil
        }
    }

    /// What the caller sent along.
    public var metadata: RPCMetadata { RPCMetadata(fields: headers) }

    /// Sets what goes to the caller before the first message.
    ///
    /// It has no effect once the method has returned.
    public func setInitialMetadata(_ metadata: RPCMetadata) {
        answer.withLock { $0.initial = metadata }
    }

    /// Sets what goes to the caller with the status, after the last message.
    public func setTrailingMetadata(_ metadata: RPCMetadata) {
        answer.withLock { $0.trailing = metadata }
    }
}

// MARK: - Heads and trailers

extension RPCCall {
    /// The head of an answer that has messages.
    package func head() -> Headers {
        var head = RPCFields.plainHead
        if let responseCompression {
            head.append(responseCompression.token, for: RPCFields.encoding)
        }
        let initial = answer.withLock { $0.initial }
        if !initial.isEmpty { head.append(initial) }
        return head
    }

    /// The trailers of a call that succeeded.
    package func okTrailers() -> Headers {
        let trailing = answer.withLock { $0.trailing }
        guard !trailing.isEmpty else { return RPCFields.okTrailers }
        var trailers = RPCFields.okTrailers
        trailers.append(trailing)
        return trailers
    }

    /// The trailers of a call that failed.
    package func trailers(for error: any Error) -> Headers {
        let failure = service.failure(error, method: method, context: context)
        var trailers = Headers()
        RPCFields.append(failure.status, to: &trailers)
        trailers.append(answer.withLock { $0.trailing })
        trailers.append(failure.metadata)
        return trailers
    }

    /// The answer to a call that failed before its first message: trailers only.
    package func refusal(for error: any Error) -> Response {
        var head = RPCFields.plainHead
        head.append(answer.withLock { $0.initial })
        for (name, value) in trailers(for: error) {
            head.append(value, for: HTTPField.Name(name) ?? RPCFields.message)
        }
        return Response(.ok, headers: head)
    }
}

// MARK: - Messages

extension RPCCall {
    /// The message in a frame.
    ///
    /// - Throws: ``RPCError`` when it cannot be decompressed or decoded.
    package func decode<Message>(
        _ frame: RPCFrame,
        _ codec: RPCCodec<Message>
    ) throws(RPCError) -> Message {
        var content = frame.content
        if frame.isCompressed {
            guard let requestCompression else {
                throw RPCError(.internal, "A message is compressed, and grpc-encoding is identity.")
            }
            let limit = service.configuration.maximumMessageSize
            content = try requestCompression.decompress(content, upTo: limit)
        }
        do {
            return try codec.decode(content)
        } catch {
            throw RPCError(.internal, "A request message could not be decoded.", cause: error)
        }
    }

    /// A message with its frame's header.
    ///
    /// - Throws: ``RPCError`` when it cannot be encoded.
    package func encode<Message>(
        _ message: Message,
        _ codec: RPCCodec<Message>
    ) throws(RPCError) -> ByteBuffer {
        var bytes: ByteBuffer
        do {
            bytes = try codec.encode(message, RPCFrame.headerSize)
        } catch {
            throw RPCError(.internal, "A response message could not be encoded.", cause: error)
        }
        var count = bytes.readableBytes - RPCFrame.headerSize
        var flag: UInt8 = 0
        if let responseCompression, count >= service.configuration.compressionThreshold {
            var content = bytes
            content.moveReaderIndex(forwardBy: RPCFrame.headerSize)
            let compressed = try responseCompression.compress(content)
            if compressed.readableBytes < count {
                flag = 1
                count = compressed.readableBytes
                bytes.clear(minimumCapacity: RPCFrame.headerSize + count)
                bytes.writeRepeatingByte(0, count: RPCFrame.headerSize)
                bytes.writeImmutableBuffer(compressed)
            }
        }
        guard let size = UInt32(exactly: count) else {
            throw RPCError(.internal, "A response message is longer than its frame can say.")
        }
        bytes.setInteger(flag, at: bytes.readerIndex)
        bytes.setInteger(size, at: bytes.readerIndex + 1)
        return bytes
    }
}

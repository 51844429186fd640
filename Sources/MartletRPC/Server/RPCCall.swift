import HTTPTypes
public import MartletCore
package import MartletHTTP
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
    /// How messages are written and read.
    let coding: RPCMessageCoding
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
        let configuration = service.configuration
        var coding = RPCMessageCoding(
            maximumSize: configuration.maximumMessageSize,
            compressionThreshold: configuration.compressionThreshold
        )
        coding.incoming = try headers[RPCFields.encoding].flatMap(RPCCompression.named)
        if let offered = configuration.responseCompression,
            let accepted = headers[RPCFields.acceptEncoding], offered.isAccepted(by: accepted)
        {
            coding.outgoing = offered
        }
        self.coding = coding
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

    /// What goes to the caller before the first message, and after the last.
    var responseMetadata: (initial: RPCMetadata, trailing: RPCMetadata) {
        answer.withLock { ($0.initial, $0.trailing) }
    }
}

// MARK: - Heads and trailers

extension RPCCall {
    /// The head of an answer that has messages.
    package func head() -> Headers {
        var head = RPCFields.plainHead
        if let compression = coding.outgoing {
            head.append(compression.token, for: RPCFields.encoding)
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

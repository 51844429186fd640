import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore

/// One call of a client: from its request to its answer.
struct RPCOutgoingCall {
    private let method: String
    private let options: RPCCallOptions
    private let client: RPCClient.Shared
    private let policy: RPCMethodPolicy
    private var context: CallContext
    /// How messages are written and read.
    var coding: RPCMessageCoding

    /// Makes a call that has not begun.
    ///
    /// - Parameters:
    ///   - method: The method's full name.
    ///   - options: What the caller says about it.
    ///   - client: What all calls share.
    ///   - timeout: How long it may take when nothing else says so.
    init(
        _ method: String,
        _ options: RPCCallOptions,
        _ client: RPCClient.Shared,
        timeout: Duration?
    ) {
        self.method = method
        self.options = options
        self.client = client
        context = options.context
        // Those are of the call that is being served, not of this one.
        context.scope = nil
        context.arrival = nil
        policy = client.configuration.service.policy(for: method)
        let own = options.timeout ?? (context.deadline == nil ? policy.timeout ?? timeout : nil)
        if let timeout = [own, policy.timeout].compactMap({ $0 }).min() {
            context.tightenDeadline(to: client.clock.now.advanced(by: timeout))
        }
        let configuration = client.configuration
        coding = RPCMessageCoding(
            maximumSize: configuration.maximumMessageSize,
            compressionThreshold: configuration.compressionThreshold
        )
        coding.outgoing = configuration.requestCompression
    }

    /// Sends the request, and returns the answer once its head is here.
    ///
    /// - Throws: ``RPCError``; `CancellationError`.
    mutating func start<Output>(
        _ body: Body,
        _ codec: RPCCodec<Output>
    ) async throws -> RPCMessages<Output> {
        let response: Response
        do {
            response = try await attempts.run(body.whole != nil) { [self] number throws(RPCError) in
                try request(body, attempt: number)
            }
        } catch {
            throw RPCTransportFailure.error(error, deadline: context.deadline, client.clock)
        }
        do throws(RPCError) {
            try RPCIncomingAnswer.check(response)
            coding.incoming = try response.headers[RPCFields.encoding]
                .flatMap(RPCCompression.named)
        } catch {
            response.body.discard()
            throw error
        }
        let answer = RPCIncomingAnswer(response, deadline: context.deadline, client.clock)
        return RPCMessages(response.body, coding, codec, answer: answer)
    }

    private var attempts: RPCAttempts {
        RPCAttempts(
            client: client,
            policy: policy,
            waitsForReady: options.waitsForReady ?? policy.waitsForReady,
            context: context
        )
    }

    private func request(_ body: Body, attempt: Int) throws(RPCError) -> Request {
        var headers = RPCFields.plainRequestHead
        if let deadline = context.deadline {
            let left = client.clock.now.duration(to: deadline)
            guard left > .zero else {
                throw RPCError(.deadlineExceeded, "The call had no time left when it was made.")
            }
            headers.append(TimeoutValue.format(left), for: RPCFields.timeout)
        }
        if attempt > 0 { headers.append("\(attempt)", for: RPCFields.previousAttempts) }
        if let compression = coding.outgoing {
            headers.append(compression.token, for: RPCFields.encoding)
        }
        if !options.metadata.isEmpty { headers.append(options.metadata) }
        return Request(
            parsedMethod: .post,
            target: "/" + method,
            scheme: client.scheme,
            authority: client.authority,
            headers: headers,
            body: body,
            peer: nil
        )
    }
}

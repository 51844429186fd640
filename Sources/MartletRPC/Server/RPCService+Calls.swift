import HTTPTypes
import MartletCore
import MartletHTTP

extension RPCService {
    /// The most time that a caller can ask for; one that asks for more gets this.
    package static let longestTimeout = Duration.seconds(365 * 86_400)

    /// Brings the deadline forward to what the caller says, and has the call cancelled then.
    ///
    /// - Throws: ``RPCError``: INTERNAL for a timeout that is malformed, DEADLINE_EXCEEDED when
    ///   the time is up already.
    func setDeadline(
        from request: Request,
        _ context: inout CallContext
    ) throws(RPCError) {
        if let index = request.headers.firstIndex(of: RPCFields.timeout, from: 0) {
            guard let timeout = TimeoutValue.parse(request.headers.value(at: index)) else {
                throw RPCError(
                    .internal,
                    "grpc-timeout is not up to 8 digits and one of H, M, S, m, u, n."
                )
            }
            let arrival = context.arrival ?? clock.now
            context.arrival = arrival
            context.tightenDeadline(to: arrival.advanced(by: min(timeout, Self.longestTimeout)))
        }
        guard let deadline = context.deadline else { return }
        guard clock.now < deadline else {
            throw RPCError(.deadlineExceeded, "The call had no time left when it arrived.")
        }
        context.scope?.cancelCall(at: deadline)
    }

    /// The answer to a call that no method has seen: trailers only.
    func refusal(
        for error: any Error,
        method: String,
        context: CallContext
    ) -> Response {
        let failure = failure(error, method: method, context: context)
        var head = RPCFields.plainHead
        head.append(RPCCompression.accepted, for: RPCFields.acceptEncoding)
        RPCFields.append(failure.status, to: &head)
        head.append(failure.metadata)
        return Response(.ok, headers: head)
    }
}

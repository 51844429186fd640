import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Synchronization

@testable import MartletRPC

/// A transport whose attempts end as a script says, one after the other.
final class ScriptedTransport: Handler {
    /// How an attempt ends.
    enum End: Sendable {
        /// A message, and OK.
        case ok
        /// A status before anything else, and when the server wants to be asked again.
        case status(RPCStatus.Code, pushback: String? = nil)
        /// A status after a message.
        case lateStatus(RPCStatus.Code)
        /// No connection could be made.
        case noConnection
        /// No answer for so long, then another end.
        indirect case after(Duration, End)
    }

    private let script: Mutex<[End]>
    private let clock: ManualClock
    private let log = Mutex<[Headers]>([])

    /// Makes a transport; the last end is that of all further attempts, too.
    init(_ script: [End], _ clock: ManualClock) {
        self.script = Mutex(script)
        self.clock = clock
    }

    /// The fields of the requests so far.
    var seen: [Headers] { log.withLock { $0 } }

    func handle(_ request: Request, context: CallContext) async throws -> Response {
        log.withLock { $0.append(request.headers) }
        return try await end(
            script.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? .ok }
        )
    }

    private func end(_ end: End) async throws -> Response {
        switch end {
        case .ok:
            return Self.response(.ok)
        case .lateStatus(let code):
            return Self.response(code)
        case .status(let code, let pushback):
            var headers = RPCFields.plainHead
            RPCFields.append(RPCStatus(code), to: &headers)
            headers[RPCFields.pushback] = pushback
            return Response(.ok, headers: headers)
        case .noConnection:
            throw HTTPClientError(.connectFailed, "There is none.", isUnsent: true)
        case .after(let delay, let end):
            try await clock.sleep(for: delay)
            return try await self.end(end)
        }
    }

    private static func response(_ code: RPCStatus.Code) -> Response {
        var trailers = Headers()
        RPCFields.append(RPCStatus(code), to: &trailers)
        return Response(
            .ok,
            headers: RPCFields.plainHead,
            body: Body(Frames.frame(""), trailers: trailers)
        )
    }
}

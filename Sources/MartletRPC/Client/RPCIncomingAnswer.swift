import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore
import Synchronization

/// What a client knows of an answer beside its messages: what came before them, how it ends and
/// until when it may take.
final class RPCIncomingAnswer: Sendable {
    private let head: Headers
    private let deadline: ContinuousClock.Instant?
    private let clock: any MonotonicClock
    private let trailers = Mutex<Headers?>(nil)
    /// Ends an answer that streams, at its deadline.
    private let timer: Task<Void, Never>?

    init(_ response: Response, deadline: ContinuousClock.Instant?, _ clock: any MonotonicClock) {
        head = response.headers
        self.deadline = deadline
        self.clock = clock
        if let deadline, response.body.whole == nil {
            let body = response.body
            // Not a child, because the answer is read when the function that made the call has
            // returned; it ends with the answer, at the latest.
            timer = Task.immediate {
                do { try await clock.sleep(until: deadline, tolerance: nil) } catch { return }
                body.discard()
            }
        } else {
            timer = nil
        }
    }

    deinit {
        timer?.cancel()
    }

    /// What the server sent before its first message.
    var initialMetadata: RPCMetadata { RPCMetadata(fields: head) }

    /// What it sent after its last.
    var trailingMetadata: RPCMetadata {
        trailers.withLock { $0.map { RPCMetadata(fields: $0) } } ?? RPCMetadata()
    }

    /// Takes the end of the answer.
    ///
    /// - Parameter trailers: The trailers; nil when the head was all there is.
    /// - Throws: ``RPCError`` with the status of the call, unless that is OK.
    func end(_ trailers: Headers?) throws(RPCError) {
        timer?.cancel()
        let fields = trailers ?? head
        self.trailers.withLock { $0 = fields }
        guard let status = RPCStatus(fields) else {
            throw RPCError(.unknown, "The answer ended without a status.")
        }
        guard status.code == .ok else {
            throw RPCError(status, metadata: RPCMetadata(fields: fields))
        }
    }

    /// What an error of the transport means for the call.
    func failure(_ error: any Error) -> any Error {
        timer?.cancel()
        return RPCTransportFailure.error(error, deadline: deadline, clock)
    }

    /// Whether a response is an answer of gRPC at all.
    ///
    /// - Throws: ``RPCError`` with the code that gRPC has for an HTTP status ("HTTP to gRPC Status
    ///   Code Mapping").
    static func check(_ response: Response) throws(RPCError) {
        // A server, or a proxy, that says how the call went is believed.
        if response.headers.contains(RPCFields.status) { return }
        guard response.status == .ok else {
            throw RPCError(
                code(of: response.status),
                "The server answered \(response.status) and no gRPC status."
            )
        }
        guard RPCFields.isContent(response.headers) else {
            let type = response.headers[.contentType] ?? "nothing"
            throw RPCError(.unknown, "The server answered with \(type), which is not gRPC.")
        }
    }

    private static func code(of status: HTTPResponse.Status) -> RPCStatus.Code {
        switch status.code {
        case 400: .internal
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .unimplemented
        case 429, 502, 503, 504: .unavailable
        default: .unknown
        }
    }
}

extension RPCStatus {
    /// Reads a status; nil when there is none that is a number.
    init?(_ fields: Headers) {
        guard let index = fields.firstIndex(of: RPCFields.status, from: 0),
            let code = Int(fields.value(at: index))
        else { return nil }
        if code == 0 {
            self = .ok
            return
        }
        self.init(
            Code(rawValue: code),
            fields[RPCFields.message].map(StatusMessage.decode) ?? "",
            details: fields[RPCFields.details].flatMap { MetadataBase64.decode($0[...]) }
        )
    }
}

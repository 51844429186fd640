import HTTPTypes
import MartletHTTP
import Synchronization

/// One server of a route, and whether it could be connected to lately.
final class Upstream: Sendable {
    let scheme: String
    let authority: String

    /// Until when to leave the server alone, in nanoseconds since the group's epoch; 0 when it
    /// may be used.
    private let restsUntil = Atomic<Int64>(0)

    init(_ address: UpstreamAddress) {
        scheme = address.scheme
        authority = address.authority
    }

    /// Whether the server failed lately and should be left alone.
    func isResting(now: () -> Int64) -> Bool {
        let until = restsUntil.load(ordering: .relaxed)
        // The clock is read only for a server that has failed.
        return until != 0 && now() < until
    }

    func rest(until instant: Int64) {
        restsUntil.store(instant, ordering: .relaxed)
    }

    private func wake() {
        if restsUntil.load(ordering: .relaxed) != 0 { restsUntil.store(0, ordering: .relaxed) }
    }

    /// Notes that the server answered.
    ///
    /// - Throws: `HTTPError` with 502 for an answer that nobody asked for.
    func accept(_ response: Response) throws {
        wake()
        guard response.status != .switchingProtocols else {
            response.body.discard()
            throw UpstreamFailure.unasked(response.status)
        }
    }
}

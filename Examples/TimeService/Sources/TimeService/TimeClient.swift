import Foundation
import MartletTransport

/// Asks a server for the time (RFC 4330 §5).
struct TimeClient: Sendable {
    /// The server gave no answer that can be used.
    struct NoAnswer: Error, CustomStringConvertible {
        let description = "The server gave no answer that can be used."
    }

    let host: String
    let port: Int
    /// How often to ask; the quickest answer is the best.
    var samples = 4
    /// How long to wait for each answer.
    var patience: Duration = .seconds(1)
    /// What time it is; tests have their own.
    var now: @Sendable () -> NTPTimestamp = { NTPTimestamp(Date.now) }

    /// Asks several times, one after the other.
    ///
    /// - Returns: The sample with the shortest delay, which is the least wrong.
    /// - Throws: ``NoAnswer``; `UDPError`, also when nobody listens there.
    func sample() async throws -> TimeSample {
        try await UDPSocket.withSocket(connectedTo: host, port: port) { socket in
            var best: TimeSample?
            for _ in 0..<samples {
                guard let sample = try await exchange(on: socket) else { continue }
                if best.map({ sample.delay < $0.delay }) ?? true { best = sample }
            }
            guard let best else { throw NoAnswer() }
            return best
        }
    }

    /// One question and its answer; nil when none came in time.
    private func exchange(on socket: UDPSocket) async throws -> TimeSample? {
        var question = NTPPacket(.client)
        // A server gives this back without looking at it. A number that nobody can guess tells its
        // answer from one that is forged; when the question left is nobody's business.
        question.transmit = NTPTimestamp(bits: .random(in: 1 ... .max))
        let deadline = ContinuousClock.now + patience
        let sent = now()
        try await socket.send(question.bytes)
        socket.flush()
        do {
            while let datagram = try await socket.receive(until: deadline) {
                let arrived = now()
                guard let answer = NTPPacket(datagram.payload), answer.isGood(for: question) else {
                    continue
                }
                return TimeSample(sent: sent, answer: answer, arrived: arrived)
            }
        } catch let error as UDPError where error.code == .receiveTimedOut {
            return nil
        }
        return nil
    }
}

extension NTPPacket {
    /// Whether this is a server's answer to a question, from a clock that is set.
    func isGood(for question: NTPPacket) -> Bool {
        mode == .server && originate == question.transmit && (1...15).contains(stratum)
            && leapIndicator != 3 && transmit != .unknown
    }
}

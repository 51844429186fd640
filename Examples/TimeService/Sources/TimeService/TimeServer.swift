import Foundation
import MartletTransport
import NIOCore

/// Tells the time of this machine (RFC 4330 §6).
struct TimeServer: Sendable {
    /// "LOCL": a clock that nobody has set by a better one, as far as we know.
    private static let localClock: UInt32 = 0x4C4F_434C
    /// A microsecond, about.
    private static let precision: Int8 = -20

    /// What time it is; tests have their own.
    var now: @Sendable () -> NTPTimestamp = { NTPTimestamp(Date.now) }

    /// The answer to a packet that has arrived.
    ///
    /// Nil for anything but a client's request: an answer to an answer could go on for ever. It is
    /// never longer than the request, so nobody can use the server to flood somebody else.
    func answer(to bytes: ByteBuffer, arrivedAt arrival: NTPTimestamp) -> ByteBuffer? {
        guard let request = NTPPacket(bytes), request.mode == .client else { return nil }
        var answer = NTPPacket(.server)
        answer.version = request.version
        answer.stratum = 1
        answer.poll = request.poll
        answer.precision = Self.precision
        answer.referenceIdentifier = Self.localClock
        answer.reference = arrival
        answer.originate = request.transmit
        answer.receive = arrival
        answer.transmit = now()
        return answer.bytes
    }

    /// The server, for whoever runs it.
    func udpServer(host: String, port: Int) -> UDPServer {
        UDPServer(.init(host: host, port: port)) { socket in
            for try await datagram in socket.inbound {
                let arrival = now()
                guard let answer = answer(to: datagram.payload, arrivedAt: arrival) else {
                    continue
                }
                try await socket.send(answer, to: datagram.peer)
                // The answer says when it left, so it must not wait for others.
                socket.flush()
            }
        }
    }
}

import MartletTransport
import NIOCore

/// A server that answers whatever it reads with fixed bytes, or with nothing.
final class RawUpstream: ConnectionDriver {
    /// What it does with the first bytes of a request.
    enum Behaviour: Sendable {
        case answer(String)
        case close
        case ignore
    }

    private let behaviour: Behaviour
    // Touched on the connection's loop only.
    private nonisolated(unsafe) var connection: Connection?

    init(_ behaviour: Behaviour) {
        self.behaviour = behaviour
    }

    func attached(_ connection: Connection) {}
    func opened(_ connection: Connection) { self.connection = connection }
    func inputEnded() { connection?.close() }
    func writabilityChanged() {}
    func closed(_ error: (any Error)?) { connection = nil }
    func drain() { connection?.close() }

    func received(_ bytes: ByteBuffer) {
        switch behaviour {
        case .answer(let text):
            connection?.write(ByteBuffer(string: text))
            connection?.flush()
        case .close: connection?.close()
        case .ignore: break
        }
    }
}

/// Runs a raw server on a free port while `body` runs.
func withRawUpstream(
    _ behaviour: RawUpstream.Behaviour,
    _ body: (_ address: String) async throws -> Void
) async throws {
    let settings = ListenerConfiguration(addresses: [.tcp("127.0.0.1", port: 0)])
    let listener = try await Listener.listen(settings, on: .shared) { _ in RawUpstream(behaviour) }
    do {
        try await body("127.0.0.1:\(listener.addresses.first?.port ?? 0)")
    } catch {
        await listener.stopAccepting()
        listener.closeAll()
        throw error
    }
    await listener.stopAccepting()
    listener.closeAll()
}

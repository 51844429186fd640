import MartletTransport
import NIOCore
import Synchronization

@testable import MartletHTTP

/// A server that answers as a script says, whatever HTTP wants.
final class ScriptedServer: Sendable {
    /// What to say to a request.
    enum Reply: Sendable {
        /// Bytes as they are.
        case say(String)
        /// Bytes as they are, and the end of the connection.
        case sayAndClose(String)
        /// Nothing.
        case silence
        /// The end of the connection.
        case close
    }

    /// One request that came: which connection it came on, and its position there, from 0.
    struct Seen: Sendable {
        let connection: Int
        let position: Int
        let head: RequestHead
    }

    typealias Script = @Sendable (Seen) -> Reply

    private let script: Script
    private let connections = Atomic<Int>(0)
    private let log = Mutex<[Seen]>([])

    init(_ script: @escaping Script) {
        self.script = script
    }

    /// Everything that came so far.
    var seen: [Seen] { log.withLock { $0 } }

    /// Listens while `body` runs.
    static func run<Value>(
        _ script: @escaping Script,
        _ body: (ScriptedServer, _ base: String) async throws -> Value
    ) async throws -> Value {
        let server = ScriptedServer(script)
        let configuration = ListenerConfiguration(addresses: [.tcp("127.0.0.1", port: 0)])
        let listener = try await Listener.listen(configuration, on: .shared) { _ in
            Driver(server, number: server.connections.add(1, ordering: .relaxed).oldValue)
        }
        do {
            let port = listener.addresses.first?.port ?? 0
            let value = try await body(server, "http://127.0.0.1:\(port)")
            await listener.stopAccepting()
            return value
        } catch {
            await listener.stopAccepting()
            throw error
        }
    }

    fileprivate func reply(to seen: Seen) -> Reply {
        log.withLock { $0.append(seen) }
        return script(seen)
    }
}

/// One connection of a scripted server.
private final class Driver: ConnectionDriver {
    private let server: ScriptedServer
    private let number: Int
    private var position = 0
    private var connection: Connection?
    private var parser = RequestParser(limits: SharedLimits(HTTPLimits()))
    private var pending: RequestHead?

    init(_ server: ScriptedServer, number: Int) {
        self.server = server
        self.number = number
    }

    func attached(_ connection: Connection) { self.connection = connection }
    func opened(_ connection: Connection) {}

    func received(_ bytes: ByteBuffer) {
        parser.feed(bytes)
        while true {
            switch parser.next() {
            case .head(let head) where head.framing == .none: answer(head)
            case .head(let head): pending = head
            case .end: pending.map(answer)
            case .data: break
            case .needsMore, .refused: return
            }
        }
    }

    private func answer(_ head: RequestHead) {
        let seen = ScriptedServer.Seen(connection: number, position: position, head: head)
        position += 1
        switch server.reply(to: seen) {
        case .silence: break
        case .close: connection?.close()
        case .say(let text): write(text)
        case .sayAndClose(let text):
            write(text)
            connection?.closeOutput()
        }
    }

    private func write(_ text: String) {
        connection?.write(ByteBuffer(string: text))
        connection?.flush()
    }

    func inputEnded() { connection?.close() }
    func writabilityChanged() {}
    func closed(_ error: (any Error)?) { connection = nil }
    func drain() { connection?.close() }
}

import MartletTransport
import NIOCore
import Synchronization

@testable import MartletHTTP

/// A server of HTTP/2 that answers as a script says, whatever HTTP wants.
final class HTTP2ScriptedServer: Sendable {
    /// What to do about a request.
    enum Reply: Sendable {
        /// A status and no content.
        case status(Int)
        /// Fields as they are, which end the stream or not.
        case fields([(String, String)], ends: Bool)
        /// RST_STREAM.
        case reset(MartletHTTP.HTTP2ErrorCode)
        /// GOAWAY that takes no stream above this one's predecessor.
        case goAwayBefore
        /// GOAWAY, then a status.
        case goAwayThenStatus(Int)
        case silence
        /// Nothing is read or said any more, the connection stays.
        case close
    }

    /// One request that came: which connection it came on, and its position there, from 0.
    struct Seen: Sendable, Equatable {
        let connection: Int
        let position: Int
    }

    typealias Script = @Sendable (Seen) -> Reply

    fileprivate let script: Script
    fileprivate let limits: SharedHTTP2Limits
    /// Whether PINGs are answered.
    fileprivate let isResponsive: Bool
    private let connections = Atomic<Int>(0)
    private let log = Mutex<[Seen]>([])

    private init(_ script: @escaping Script, _ limits: HTTP2Limits, _ isResponsive: Bool) {
        self.script = script
        self.limits = SharedHTTP2Limits(limits)
        self.isResponsive = isResponsive
    }

    /// Everything that came so far.
    var seen: [Seen] { log.withLock { $0 } }

    /// Listens while `body` runs.
    static func run(
        limits: HTTP2Limits = HTTP2Limits(),
        isResponsive: Bool = true,
        _ script: @escaping Script,
        _ body: (HTTP2ScriptedServer, _ base: String) async throws -> Void
    ) async throws {
        let server = HTTP2ScriptedServer(script, limits, isResponsive)
        let configuration = ListenerConfiguration(addresses: [.tcp("127.0.0.1", port: 0)])
        let listener = try await Listener.listen(configuration, on: .shared) { _ in
            Driver(server, number: server.connections.add(1, ordering: .relaxed).oldValue)
        }
        do {
            try await body(server, "http://127.0.0.1:\(listener.addresses.first?.port ?? 0)")
            await listener.stopAccepting()
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
    private let server: HTTP2ScriptedServer
    private let number: Int
    private var position = 0
    private var connection: Connection?
    private var machine: HTTP2Machine
    private var encoder = HPACKEncoder()
    private var isDeaf = false

    init(_ server: HTTP2ScriptedServer, number: Int) {
        self.server = server
        self.number = number
        machine = HTTP2Machine(role: .server, limits: server.limits)
    }

    func attached(_ connection: Connection) { self.connection = connection }

    func opened(_ connection: Connection) {
        machine.start()
        send()
    }

    func received(_ bytes: ByteBuffer) {
        guard !isDeaf else { return }
        machine.receive(bytes)
        while true {
            switch machine.next() {
            case .needsMore, .connectionError:
                send()
                return
            case .headers(let id, _, _):
                answer(id)
                if isDeaf { return }
            case .data(let id, let bytes, _):
                machine.consumed(id, bytes.readableBytes)
            default:
                break
            }
        }
    }

    private func answer(_ id: HTTP2StreamID) {
        let seen = HTTP2ScriptedServer.Seen(connection: number, position: position)
        position += 1
        switch server.reply(to: seen) {
        case .status(let code):
            machine.sendHeaders(id, endsStream: true) { encoder.encodeStatus(code, into: &$0) }
        case .fields(let fields, let ends):
            machine.sendHeaders(id, endsStream: ends) { block in
                for (name, value) in fields { encode(name, value, into: &block) }
            }
        case .reset(let code):
            machine.reset(id, code)
        case .goAwayBefore:
            var frame = ByteBuffer()
            HTTP2FrameHeader(length: 8, type: .goAway).write(to: &frame)
            frame.writeMultipleIntegers(id.rawValue - 2, UInt32(0))
            machine.output.writeImmutableBuffer(frame)
        case .goAwayThenStatus(let code):
            machine.finishDraining()
            machine.sendHeaders(id, endsStream: true) { encoder.encodeStatus(code, into: &$0) }
        case .silence:
            isDeaf = !server.isResponsive
        case .close:
            send()
            connection?.close()
            isDeaf = true
        }
    }

    /// A field as it is, in a literal without indexing.
    private func encode(_ name: String, _ value: String, into block: inout ByteBuffer) {
        block.writeInteger(UInt8(0))
        block.writeInteger(UInt8(name.utf8.count))
        block.writeString(name)
        block.writeInteger(UInt8(value.utf8.count))
        block.writeString(value)
    }

    private func send() {
        var sent = ByteBuffer()
        swap(&sent, &machine.output)
        if sent.readableBytes > 0 { connection?.send(sent) }
    }

    func inputEnded() { connection?.close() }
    func writabilityChanged() {}
    func closed(_ error: (any Error)?) { connection = nil }
    func drain() { connection?.close() }
}

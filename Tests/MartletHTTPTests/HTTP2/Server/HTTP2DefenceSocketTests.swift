import Logging
import MartletCore
import MartletTransport
import MetricsTestKit
import NIOCore
import Testing

@testable import MartletHTTP

/// Every defence against a client on a socket: the code that it strikes with, and the metric that
/// counts it.
@Suite("HTTP/2 defences, on sockets", .timeLimit(.minutes(2)))
struct HTTP2DefenceSocketTests {
    /// What an attacker does, and what it gets.
    struct Attack: CustomStringConvertible, Sendable {
        let defence: HTTP2Defence
        /// How the answer ends; nil when the connection is reset.
        let answer: String?
        var limits = HTTP2Limits()
        let frames: [[UInt8]]

        var description: String { defence.rawValue }

        init(
            _ defence: HTTP2Defence,
            _ answer: String?,
            _ frames: [RawFrame],
            _ change: (inout HTTP2Limits) -> Void = { _ in }
        ) {
            self.defence = defence
            self.answer = answer
            self.frames = frames.map(\.bytes)
            change(&limits)
        }
    }

    private static let calm = "GOAWAY ENHANCE_YOUR_CALM"
    private static let overflow = "GOAWAY FLOW_CONTROL_ERROR"

    private static func fields(_ path: String, _ more: [String] = []) -> [String] {
        [":method: POST", ":scheme: http", ":path: \(path)", ":authority: a"] + more
    }

    private static func wait(_ stream: UInt32) -> RawFrame {
        .request(stream, fields("/wait"), end: false)
    }

    /// A table entry of 3 KB, and many times one byte that refers to it.
    private static let bomb: RawFrame = {
        var frame = RawFrame.block(1, hex: "838684" + "400178" + "7fb916")
        frame.payload += [UInt8](repeating: 0x61, count: 3000)
        frame.payload += [UInt8](repeating: 0xBE, count: 5000)
        return frame
    }()

    private static func times(_ count: Int, _ frame: RawFrame) -> [RawFrame] {
        [RawFrame](repeating: frame, count: count)
    }

    static let attacks = streamAttacks + headerAttacks + floods + windowAttacks

    private static let resets: [RawFrame] = {
        var frames: [RawFrame] = []
        for stream in [1, 3, 5, 7, 9, 11] as [UInt32] {
            frames.append(wait(stream))
            frames.append(.reset(stream))
        }
        return frames
    }()

    private static let streamAttacks: [Attack] = [
        Attack(.rapidReset, calm, resets) { $0.resetCount = 5 },
        Attack(.streamCount, "RST_STREAM 3 REFUSED_STREAM", [wait(1), wait(3)]) {
            $0.concurrentStreams = 1
        },
    ]

    private static let headerAttacks: [Attack] = {
        let text = String(repeating: "a", count: 60)
        let begun = RawFrame.headers(1, text, endHeaders: false)
        let more = RawFrame.continuation(1, text, end: false)
        let long = RawFrame.request(1, fields("/", ["x: " + text + text + text + text]))
        return [
            Attack(.continuationFlood, calm, [begun] + times(3, more)) {
                $0.continuationCount = 2
            },
            Attack(.headerBlockSize, calm, [begun, more]) { $0.headerBlockSize = 100 },
            Attack(.headerListSize, "HEADERS 1 431", [long]) { $0.headerListSize = 200 },
            Attack(.headerBomb, calm, [bomb]),
        ]
    }()

    private static let floods: [Attack] = [
        Attack(.emptyFrames, calm, [wait(1)] + times(6, .data(1, ""))) { $0.emptyFrameCount = 5 },
        Attack(.settingsFlood, calm, times(5, .settings())) { $0.settingsCount = 5 },
        Attack(.pingFlood, calm, times(6, .ping(1))) { $0.pingCount = 5 },
        Attack(.windowUpdateFlood, calm, times(6, .windowUpdate(0, 1))) {
            $0.windowUpdateCount = 5
        },
        Attack(.ignoredFrames, calm, times(6, .priority(1))) { $0.ignoredFrameCount = 5 },
        Attack(.unreadAnswers, calm, times(6, .ping(1))) { $0.unsentAnswerCount = 5 },
    ]

    private static let windowAttacks: [Attack] = [
        Attack(.windowOverflow, overflow, [.windowUpdate(0, 0x7FFF_FFFF)]),
        Attack(.dataBeyondWindow, overflow, [wait(1)] + times(15, .data(1, count: 16384))) {
            $0.connectionWindowSize = 65535
        },
        Attack(
            .stalledWindow,
            "RST_STREAM 1 CANCEL",
            [.settings([4: 0]), .request(1, fields("/long"))]
        ),
        Attack(
            .slowRead,
            nil,
            [
                .settings([4: 0x7FFF_FFFF]), .windowUpdate(0, 0x7000_0000),
                .request(1, fields("/endless")),
            ]
        ),
    ]

    @Test("each defence has an attack")
    func complete() {
        #expect(Set(Self.attacks.map(\.defence)) == Set(HTTP2Defence.allCases))
    }

    @Test("an attack is ended with its code, and counted", arguments: attacks)
    func ended(_ attack: Attack) async throws {
        let metrics = TestMetrics()
        try await Self.serve(attack.limits, metrics) { port in
            let client = try RawClient(port: port)
            let sent = HTTP2Preface.bytes + RawFrame.settings().bytes + attack.frames.joined()
            try await client.send(bytes: sent)
            if let answer = attack.answer {
                let bytes = try await client.receiveBytes { Self.texts($0).contains(answer) }
                #expect(Self.texts(bytes).contains(answer))
            } else {
                // Reads nothing until the server has had enough.
                while Self.strikes(metrics, attack.defence) == 0 {
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(try await client.receiveToEnd().wasReset)
            }
        }
        #expect(Self.strikes(metrics, attack.defence) == 1)
    }

    private static func strikes(_ metrics: TestMetrics, _ defence: HTTP2Defence) -> Int64 {
        let label = "http.server.http2.defences"
        let dimensions = [("defence", defence.rawValue)]
        return (try? metrics.expectCounter(label, dimensions))?.totalValue ?? 0
    }

    /// The frames that say how something ended.
    private static func texts(_ bytes: [UInt8]) -> [String] {
        let decoder = DecodingPeer()
        return RawFrame.frames(in: ByteBuffer(bytes: bytes)).map { frame in
            switch frame.type {
            case 1:
                let lines = try? decoder.decode(ByteBuffer(bytes: frame.payload))
                return "HEADERS \(frame.stream) \(lines?.first?.dropFirst(9) ?? "")"
            case 7: return "GOAWAY \(frame.description.split(separator: " ")[2])"
            default: return frame.description
            }
        }
    }

    private static func serve(
        _ limits: HTTP2Limits,
        _ metrics: TestMetrics,
        _ body: (_ port: Int) async throws -> Void
    ) async throws {
        var httpLimits = HTTPLimits()
        httpLimits.writeStallTimeout = .seconds(1)
        let gate = Gate()
        let core = ServerCore(
            limits: httpLimits,
            http2Limits: limits,
            handler: ClosureHandler { request, _ in
                switch request.target {
                case "/wait": try await gate.wait()
                case "/endless":
                    let piece = ByteBuffer(repeating: 0x61, count: 1 << 16)
                    return Response(body: Body { while true { try await $0.write(piece) } })
                default: break
                }
                return Response(String(repeating: "x", count: 100))
            },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            serverName: nil,
            metrics: metrics
        )
        let configuration = ListenerConfiguration(addresses: [.tcp("127.0.0.1", port: 0)])
        let listener = try await Listener.listen(configuration, on: .shared) { loop in
            ServerConnection(core: core, shared: ServerLoop(), loop: loop)
        }
        do {
            try await body(listener.addresses.first?.port ?? 0)
        } catch {
            await listener.stopAccepting()
            listener.closeAll()
            throw error
        }
        await listener.stopAccepting()
        listener.closeAll()
    }
}

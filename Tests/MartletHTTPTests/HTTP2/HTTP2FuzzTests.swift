import Foundation
import MartletHTTP
import NIOCore
import TestSupport
import Testing

@Suite("HTTP/2 machines under fuzzing")
struct HTTP2FuzzTests {
    /// Every run sees the same cases; `MARTLET_FUZZ_CASES` says how many.
    private static let seed: UInt64 = 0x4D41_5254_4C45_5432
    private static let cases = Fuzz.cases(2000)

    /// Small, so that the cases reach them.
    private static let limits: HTTP2Limits = {
        var limits = HTTP2Limits()
        limits.concurrentStreams = 3
        limits.streamWindowSize = 40
        limits.largestStreamWindowSize = 200
        limits.headerBlockSize = 30
        limits.continuationCount = 2
        limits.resetCount = 4
        limits.emptyFrameCount = 3
        limits.settingsCount = 5
        limits.pingCount = 5
        limits.windowUpdateCount = 6
        limits.ignoredFrameCount = 6
        limits.unsentAnswerCount = 12
        return limits
    }()

    /// Single bytes that are lengths, types, flags and streams.
    private static let spices: [[UInt8]] = (0..<10).map { [$0] }

    private func text(_ random: inout SplitMix) -> String {
        String(repeating: "a", count: Int.random(in: 0...20, using: &random))
    }

    /// A frame that makes sense, most of the time, if the connection is where it may.
    private func frame(_ random: inout SplitMix) -> RawFrame {
        let stream = UInt32.random(in: 0...5, using: &random) * 2 + 1
        let flag = Bool.random(using: &random)
        let rare = Int.random(in: 0..<8, using: &random) == 0
        switch Int.random(in: 0..<16, using: &random) {
        case 0...3: return .headers(stream, text(&random), end: flag, padding: rare ? 3 : nil)
        case 4: return .headers(stream, text(&random), end: flag, endHeaders: false)
        case 5...7: return .data(stream, text(&random), end: rare, padding: flag ? 2 : nil)
        case 8: return .reset(stream)
        case 9: return .windowUpdate(flag ? 0 : stream, UInt32.random(in: 0...50, using: &random))
        case 10: return .settings([4: UInt32.random(in: 0...90, using: &random)])
        case 11: return flag ? .settingsAck : .priority(stream, on: rare ? stream : 0)
        case 12: return .ping(UInt64(stream), ack: rare)
        case 13: return .continuation(stream, text(&random), end: flag)
        case 14: return rare ? .goAway(stream) : RawFrame(type: 0x33, stream: stream)
        default: return .windowUpdate(stream, rare ? 0x7FFF_FFFF : 30)
        }
    }

    /// A header block's rest, so that not every case ends at its second frame.
    private func frames(_ random: inout SplitMix) -> [RawFrame] {
        // Streams that are open, mostly; else few cases come further than an idle one.
        var frames =
            Int.random(in: 0..<4, using: &random) == 0
            ? [] : [1, 3, 5].map { RawFrame.headers($0) }
        for _ in 0..<Int.random(in: 1...25, using: &random) {
            let next = frame(&random)
            // Floods now and then.
            let count = Int.random(in: 0..<6, using: &random) == 0 ? 8 : 1
            frames += Array(repeating: next, count: count)
            if next.type == 1, !next.flags.contains(.endHeaders),
                Int.random(in: 0..<4, using: &random) > 0
            {
                frames.append(.continuation(next.stream, text(&random), end: true))
            }
        }
        return frames
    }

    private func conversation(_ role: HTTP2Machine.Role) -> HTTP2Conversation {
        let peer = HTTP2Conversation(role, limits: Self.limits)
        if role == .client { for _ in 0..<4 { _ = peer.open() } }
        _ = peer.sent()
        return peer
    }

    @Test("frames are judged alike however they come", arguments: [0, 1])
    func splits(roleIndex: UInt64) {
        let role: HTTP2Machine.Role = roleIndex == 0 ? .server : .client
        var random = SplitMix(seed: Self.seed &+ roleIndex)
        var whole = 0
        var defences: Set<HTTP2Defence> = []
        for _ in 0..<Self.cases {
            let bytes = Fuzz.damage(frames(&random).flatMap(\.bytes), spices: Self.spices, &random)
            let one = conversation(role)
            let events = one.take(bytes: bytes)
            let other = conversation(role)
            let pieces = Fuzz.split(bytes, &random).flatMap { other.take(bytes: $0) }
            #expect(events == pieces, "\(bytes)")
            #expect(one.sent() == other.sent(), "\(bytes)")
            #expect(one.failure == other.failure, "\(bytes)")
            if let failure = one.failure {
                if let defence = failure.defence { defences.insert(defence) }
            } else {
                whole += 1
            }
        }
        // Else the cases say nothing of one side.
        #expect((Self.cases / 20..<Self.cases * 19 / 20).contains(whole))
        #expect(defences.count > 3)
    }

    /// A handler that answers everything, and reads it.
    private func answer(_ peer: HTTP2Conversation, _ random: inout SplitMix) {
        let stream = UInt32.random(in: 0...5, using: &random) * 2 + 1
        let id = HTTP2StreamID(rawValue: stream)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: peer.sendHeaders(stream, text(&random), end: Bool.random(using: &random))
        case 1...3: peer.send(stream, text(&random), end: Bool.random(using: &random))
        case 4: peer.machine.reset(id, .cancel)
        case 5: peer.machine.consumed(id, Int.random(in: 0...10, using: &random))
        default:
            peer.machine.now += 1
            if let stalled = peer.machine.stalledStream(before: peer.machine.now) {
                peer.machine.reset(stalled, .cancel)
            }
        }
    }

    @Test("whatever comes and whatever is sent, the frames that leave keep to the windows")
    func sending() {
        var random = SplitMix(seed: Self.seed &+ 2)
        for _ in 0..<Self.cases {
            let peer = conversation(.server)
            var window = PeerWindows()
            for frame in frames(&random) {
                peer.take(frame)
                if peer.failure == nil { window.open(by: frame) }
                answer(peer, &random)
                let sent = RawFrame.frames(in: peer.machine.output)
                peer.machine.output.clear()
                for frame in sent {
                    let isAllowed = window.take(frame)
                    #expect(isAllowed, "\(frame)")
                    // Nothing follows the end of a connection.
                    if frame.type == 7 { #expect(frame.payload == sent.last?.payload) }
                }
            }
            #expect(peer.openStreamCount <= Self.limits.concurrentStreams)
        }
    }

    @Test("noise is refused at its first bytes")
    func noise() {
        var random = SplitMix(seed: Self.seed &+ 3)
        for _ in 0..<Self.cases / 4 {
            let count = Int.random(in: 1...200, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let peer = HTTP2Conversation(isOpen: false)
            peer.take(bytes: bytes)
            #expect(peer.failure?.code == .protocolError || bytes[0] == UInt8(ascii: "P"))
        }
    }
}

/// What a peer has allowed, kept apart from the machine that is tested.
private struct PeerWindows {
    private var connection = 65535
    private var first = 65535
    private var streams: [UInt32: Int] = [:]

    /// The peer sent a frame.
    mutating func open(by frame: RawFrame) {
        switch frame.type {
        case 4 where frame.payload.count == 6:
            let value = frame.payload[2...].reduce(0) { $0 << 8 | Int($1) }
            for stream in streams.keys { streams[stream, default: 0] += value - first }
            first = value
        case 8:
            let increment = frame.payload.reduce(0) { $0 << 8 | Int($1) }
            guard frame.stream > 0 else {
                connection += increment
                return
            }
            streams[frame.stream, default: first] += increment
        case 1 where streams[frame.stream] == nil:
            streams[frame.stream] = first
        default: break
        }
    }

    /// Whether a frame that the machine sent is within the windows.
    mutating func take(_ frame: RawFrame) -> Bool {
        guard frame.type == 0 else { return true }
        connection -= frame.payload.count
        let left = (streams[frame.stream] ?? first) - frame.payload.count
        streams[frame.stream] = left
        return connection >= 0 && (left >= 0 || frame.payload.isEmpty)
    }
}

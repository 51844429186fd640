import MartletHTTP
import NIOCore

/// A machine and its peer, who is played by the test.
///
/// What the machine says is read as text: events, and the frames that it writes.
final class HTTP2Conversation {
    var machine: HTTP2Machine
    /// The error that ended the connection.
    private(set) var failure: HTTP2Error?
    /// The errors that ended streams.
    private(set) var streamErrors: [HTTP2Error] = []
    /// Called for each stream that may send.
    var onWritable: (HTTP2StreamID) -> Void = { _ in }

    /// Begins a conversation, and exchanges prefaces unless `isOpen` is false.
    init(
        _ role: HTTP2Machine.Role = .server,
        limits: HTTP2Limits = HTTP2Limits(),
        isOpen: Bool = true,
        settings: KeyValuePairs<UInt16, UInt32> = [:]
    ) {
        machine = HTTP2Machine(role: role, limits: SharedHTTP2Limits(limits))
        guard isOpen else { return }
        machine.start()
        if role == .server { machine.receive(ByteBuffer(bytes: HTTP2Preface.bytes)) }
        take(.settings(settings), .settingsAck)
        machine.output.clear()
    }

    /// The peer sends frames.
    ///
    /// - Returns: The events that come of them.
    @discardableResult
    func take(_ frames: RawFrame...) -> [String] {
        take(bytes: frames.flatMap(\.bytes))
    }

    @discardableResult
    func take(_ frames: [RawFrame]) -> [String] {
        take(bytes: frames.flatMap(\.bytes))
    }

    @discardableResult
    func take(bytes: [UInt8]) -> [String] {
        machine.receive(ByteBuffer(bytes: bytes))
        return events()
    }

    /// The events that there are.
    func events() -> [String] {
        var events: [String] = []
        while true {
            let event = machine.next()
            if case .needsMore = event { return events }
            events.append(text(event))
        }
    }

    /// The frames that the machine has written since this was asked.
    func sent() -> [String] {
        defer { machine.output.clear() }
        return RawFrame.frames(in: machine.output).map(\.description)
    }

    /// What the peer gets for frames: the answers alone.
    func answers(_ frames: RawFrame...) -> [String] {
        take(frames)
        return sent()
    }

    private func text(_ event: HTTP2Event) -> String {
        func end(_ ends: Bool) -> String { ends ? " end" : "" }
        func text(_ bytes: ByteBuffer) -> String {
            bytes.readableBytes > 16 ? "#\(bytes.readableBytes)" : String(buffer: bytes)
        }
        switch event {
        case .needsMore: return "needs more"
        case .headers(let stream, let block, let ends):
            return "headers \(stream) \(text(block))\(end(ends))"
        case .data(let stream, let bytes, let ends):
            return "data \(stream) \(text(bytes))\(end(ends))"
        case .trailers(let stream, let block): return "trailers \(stream) \(text(block))"
        case .discardedHeaders(let block): return "discarded \(text(block))"
        case .reset(let stream, let code): return "reset \(stream) \(code)"
        case .streamError(let stream, let error):
            streamErrors.append(error)
            return "error \(stream) \(error.code)"
        case .writable(let stream):
            onWritable(stream)
            return "writable \(stream)"
        case .settingsChanged: return "settings"
        case .settingsAcknowledged: return "settings acknowledged"
        case .goAway(let last, let code): return "goaway \(last) \(code)"
        case .pingAcknowledged(let data): return "pong \(data)"
        case .connectionError(let error):
            failure = error
            return "failed \(error.code)"
        }
    }

    // MARK: - What the owner sees

    var openStreamCount: Int { machine.openStreamCount }
    var availableStreamCount: Int { machine.availableStreamCount }
    var isDraining: Bool { machine.isDraining }
    var isDrained: Bool { machine.isDrained }
    var isWithinFrame: Bool { machine.isWithinFrame }
    var hasFailed: Bool { machine.hasFailed }
    var hasPeerSettings: Bool { machine.hasPeerSettings }
    var awaitsSettings: Bool { machine.awaitsSettings }
    var peerSettings: HTTP2Settings { machine.peerSettings }

    func isOpen(_ stream: UInt32) -> Bool { machine.isOpen(HTTP2StreamID(rawValue: stream)) }

    func stalled(before tick: UInt32) -> UInt32? {
        machine.stalledStream(before: tick)?.rawValue
    }

    // MARK: - What the owner does

    @discardableResult
    func send(_ stream: UInt32, _ text: String, end: Bool = false) -> HTTP2SendOutcome {
        var bytes = ByteBuffer(string: text)
        return machine.sendData(HTTP2StreamID(rawValue: stream), &bytes, endsStream: end)
    }

    /// - Returns: How many bytes were not taken.
    @discardableResult
    func send(_ stream: UInt32, count: Int, end: Bool = false) -> Int {
        var bytes = ByteBuffer(repeating: 0x64, count: count)
        _ = machine.sendData(HTTP2StreamID(rawValue: stream), &bytes, endsStream: end)
        return bytes.readableBytes
    }

    @discardableResult
    func sendHeaders(_ stream: UInt32, _ block: String = "block", end: Bool = false) -> Bool {
        machine.sendHeaders(
            HTTP2StreamID(rawValue: stream),
            block: ByteBuffer(string: block),
            endsStream: end
        )
    }

    @discardableResult
    func open(_ block: String = "block", end: Bool = false) -> UInt32? {
        machine.openStream(endsStream: end) { $0.writeString(block) }?.rawValue
    }

    /// What an encoder throws.
    struct Unencodable: Error {}

    /// Sends a header block whose encoder fails in the middle.
    func sendHalf() throws {
        try machine.sendHeaders(.first, endsStream: true) { output in
            output.writeString("half")
            throw Unencodable()
        }
    }

    /// Opens a stream with a header block whose encoder fails in the middle.
    func openHalf() throws {
        _ = try machine.openStream(endsStream: true) { output in
            output.writeString("half")
            throw Unencodable()
        }
    }

    func startUpgraded(_ settings: [UInt8]) throws {
        try machine.startUpgraded(settings: ByteBuffer(bytes: settings))
    }
}

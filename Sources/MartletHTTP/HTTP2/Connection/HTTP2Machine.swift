package import MartletTransport
package import NIOCore

/// One end of an HTTP/2 connection (RFC 9113), without header compression: bytes in, events out;
/// calls in, bytes out.
///
/// Sans-I/O: it has no socket, no task and no clock. The owner sets `now`, gives what arrived to
/// `receive`, takes events from `next` until it needs more, and sends `output` when its turn ends,
/// so that all frames of a turn leave in one write. Header blocks go in and out as bytes.
///
/// A stream that is open costs 48 bytes and nothing else: content that no window takes stays with
/// the caller, who is told by `writable`, one stream after another, when to try again.
package struct HTTP2Machine: ~Copyable {
    /// The largest window there can be.
    package static let largestWindow = 0x7FFF_FFFF

    /// Which end of the connection.
    package enum Role: Sendable {
        case server
        case client
    }

    /// Where the connection is in its life.
    enum Phase {
        /// The client's preface has not come.
        case preface
        /// The peer's first frame, SETTINGS, has not come.
        case settings
        case open
        /// GOAWAY with an error is in the output, and nothing is read any more.
        case failed
    }

    package let role: Role
    let shared: SharedHTTP2Limits
    var limits: HTTP2Limits { shared.values }

    /// The time in ticks, for the limits within a window and for streams that wait.
    package var now: TickTimers.Tick = 0
    /// The bytes to send; the owner takes them when its turn ends, and may put another buffer.
    package var output = ByteBuffer()

    var phase: Phase
    var input = ByteBuffer()
    var assembly: HTTP2HeaderAssembly?
    /// An event that follows the one that was given out.
    var pending: HTTP2Event?

    var streams = HTTP2StreamTable()
    var closedStreams = HTTP2ClosedStreams()
    var queue = HTTP2SendQueue()
    var budgets = HTTP2Budgets()
    /// The highest stream that was opened.
    var highest = HTTP2StreamID.connection
    /// How many streams have data that waits.
    var blockedCount = 0
    /// The stream whose turn it is to send.
    var granted = HTTP2StreamID.connection

    /// What the peer said about itself.
    package internal(set) var peerSettings = HTTP2Settings()
    /// What we said.
    var ownSettings = HTTP2Settings()
    /// How many SETTINGS the peer has not acknowledged.
    var unacknowledgedSettings = 0

    var windows: HTTP2Windows
    var ending = HTTP2Ending()

    /// Makes one end; `start` says the first words.
    package init(role: Role, limits: SharedHTTP2Limits) {
        self.role = role
        shared = limits
        phase = role == .server ? .preface : .settings
        windows = HTTP2Windows(limits.values)
        // Only a server may be told that it may push.
        peerSettings.enablesPush = role == .server
    }

    /// How many streams are open.
    package var openStreamCount: Int { streams.count }
    /// Whether part of a frame or of a header block is here.
    package var isWithinFrame: Bool { input.readableBytes > 0 || assembly != nil }
    /// Whether the peer has yet to acknowledge settings.
    package var awaitsSettings: Bool { unacknowledgedSettings > 0 }
    /// Whether there has been an error of the connection.
    package var hasFailed: Bool { if case .failed = phase { true } else { false } }

    /// Whether the peer has sent its first SETTINGS.
    package var hasPeerSettings: Bool { if case .open = phase { true } else { false } }

    /// Whether frames of a stream may still come or go.
    package func isOpen(_ stream: HTTP2StreamID) -> Bool { streams.index(of: stream) != nil }

    // MARK: - The beginning

    /// Writes the preface: SETTINGS, and how much may come on the connection.
    package mutating func start() {
        if role == .client {
            output.writeBytes(HTTP2Preface.bytes)
        }
        var settings = HTTP2Settings()
        settings.headerTableSize = limits.headerTableSize
        settings.enablesPush = role == .server
        settings.concurrentStreams = role == .server ? limits.concurrentStreams : nil
        settings.windowSize = limits.streamWindowSize
        settings.frameSize = limits.frameSize
        settings.headerListSize = limits.headerListSize
        settings.enablesConnectProtocol = role == .server && limits.allowsExtendedConnect
        settings.write(changesFrom: ownSettings, to: &output)
        ownSettings = settings
        unacknowledgedSettings += 1
        openConnectionWindow(by: limits.connectionWindowSize - HTTP2Settings.defaultWindowSize)
    }

    /// Begins with the stream 1 of a request that came, or went, as HTTP/1.1 with `Upgrade: h2c`.
    ///
    /// The request is whole: the stream is half-closed on the client's side. The client's preface
    /// is still to come.
    ///
    /// - Parameter settings: A server gives the payload of the `HTTP2-Settings` field, decoded.
    /// - Throws: `HTTP2Error` when they are not settings; the upgrade is then to be refused.
    package mutating func startUpgraded(settings: ByteBuffer) throws(HTTP2Error) {
        if role == .server {
            var upgraded = peerSettings
            if let error = upgraded.apply(settings) { throw error }
            peerSettings = upgraded
        }
        start()
        highest = .first
        addStream(.first, ended: role == .server ? .endedByPeer : .endedByUs)
    }

    // MARK: - Events

    /// Takes bytes that arrived.
    package mutating func receive(_ bytes: ByteBuffer) {
        guard !hasFailed else { return }
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.discardReadBytes()
            input.writeImmutableBuffer(bytes)
        }
    }

    /// The next event.
    package mutating func next() -> HTTP2Event {
        if let event = pending {
            pending = nil
            return event
        }
        granted = .connection
        if ending.hasRefused, let event = nextRefused() { return event }
        while !hasFailed {
            do throws(HTTP2Error) {
                guard let header = try readHeader() else { break }
                if let event = try takeFrame(header) { return event }
            } catch {
                if let event = answer(error) { return event }
            }
        }
        return nextWritable() ?? .needsMore
    }

    /// Ends what an error is about.
    private mutating func answer(_ error: HTTP2Error) -> HTTP2Event? {
        guard let stream = error.stream else { return fail(error) }
        // A stream that is not there cannot be reset.
        guard let index = streams.index(of: stream) else {
            return fail(.connection(error.code, error.reason, defence: error.defence))
        }
        close(at: index, .resetByUs)
        return answerReset(stream, error.code) ?? .streamError(stream, error)
    }

    /// Writes RST_STREAM for what the peer did, and counts it.
    ///
    /// - Returns: The event of a connection that has failed for it.
    mutating func answerReset(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) -> HTTP2Event? {
        writeReset(stream, code)
        let excess = budgets.spend(.reset, now: now, shared) ?? budgets.answer(limits)
        return excess.map { fail($0) }
    }

    /// Ends the connection with GOAWAY.
    ///
    /// - Returns: The event that says so.
    @discardableResult
    mutating func fail(_ error: HTTP2Error) -> HTTP2Event {
        writeGoAway(highest, error.code, error.reason)
        phase = .failed
        input = ByteBuffer()
        assembly = nil
        pending = nil
        queue.removeAll()
        return .connectionError(error)
    }

    // MARK: - Streams

    /// Adds a stream that opens.
    @discardableResult
    @inline(__always)
    mutating func addStream(_ id: HTTP2StreamID, ended: HTTP2Stream.Flags) -> Int {
        var flags = ended
        if role == .server { flags.insert(.hasHeaders) }
        return streams.add(
            HTTP2Stream(
                id: id,
                flags: flags,
                sendWindow: Int32(truncatingIfNeeded: peerSettings.windowSize),
                receiveWindow: Int32(truncatingIfNeeded: windows.streamAllowance)
            )
        )
    }

    /// Forgets a stream, but for how it ended.
    mutating func close(at index: Int, _ how: HTTP2ClosedStreams.Ending) {
        if streams[index].flags.contains(.isBlocked) { blockedCount -= 1 }
        if how == .ended { budgets.refundReset() }
        closedStreams.add(streams[index].id, how)
        streams.remove(at: index)
    }

    /// Takes note of END_STREAM, either way.
    @inline(__always)
    mutating func end(at index: Int, _ flag: HTTP2Stream.Flags) {
        streams[index].flags.insert(flag)
        if streams[index].isEndedByBoth { close(at: index, .ended) }
    }

    /// Gives memory back that an idle connection does not need.
    package mutating func releaseMemory() {
        streams.releaseMemory()
        if queue.isEmpty { queue.removeAll() }
    }

    /// Everything that was taken from the output has been sent to the peer's host.
    ///
    /// The answers to SETTINGS, PING and broken streams that wait are counted between these calls.
    package mutating func sentAll() {
        budgets.sentAll()
    }
}

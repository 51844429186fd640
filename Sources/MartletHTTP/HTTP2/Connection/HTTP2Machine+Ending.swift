import NIOCore

// MARK: - The end of a connection

extension HTTP2Machine {
    /// Whether no stream is open and none can be: the connection can be closed.
    package var isDrained: Bool { ending.isFinal && streams.count == 0 }

    /// Whether the connection is coming to its end, whoever wanted it.
    package var isDraining: Bool { ending.isDraining || ending.hasPeerEnded }

    /// Begins a graceful end in two steps (RFC 9113 §6.8): a GOAWAY that only announces it, and a
    /// second, one round trip later, with the last stream that was taken.
    ///
    /// Streams go on. The second step is taken when the peer answers a PING; an owner that does not
    /// want to wait for it any longer calls `finishDraining`.
    package mutating func drain() {
        guard !ending.isDraining, !hasFailed else { return }
        ending.isDraining = true
        guard role == .server else { return finishDraining() }
        writeGoAway(.last, .noError, "")
        writePing(HTTP2Probe.drain, acknowledges: false)
    }

    /// Takes no more streams, and says which was the last.
    package mutating func finishDraining() {
        guard !ending.isFinal, !hasFailed else { return }
        ending.isDraining = true
        ending.isFinal = true
        // Servers open no streams here.
        let last = role == .server ? highest : .connection
        ending.lastTaken = last
        writeGoAway(last, .noError, "")
    }

    /// Ends the connection at once, with the reason for it in GOAWAY.
    ///
    /// For what only the owner sees: a header block that cannot be decoded, settings that are not
    /// acknowledged in time, a peer that does not read.
    ///
    /// - Parameter error: An error of the connection.
    package mutating func goAway(_ error: HTTP2Error) {
        guard !hasFailed else { return }
        fail(error)
    }

    /// Asks the peer to send these bytes back, which comes as `pingAcknowledged`.
    package mutating func ping(_ data: UInt64) {
        guard !hasFailed else { return }
        writePing(data, acknowledges: false)
    }

    mutating func takeGoAway(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> HTTP2Event? {
        try Self.requireConnection(header)
        var payload = payload
        guard let (last, code) = payload.readMultipleIntegers(as: (UInt32, UInt32).self) else {
            throw .connection(.frameSizeError, "GOAWAY is shorter than 8 bytes.")
        }
        try spend(.ignoredFrame)
        // The last stream can only become lower; a peer that says otherwise changes nothing.
        ending.lastOfPeer = min(ending.lastOfPeer, HTTP2StreamID(rawValue: last))
        ending.hasRefused = role == .client
        ending.hasPeerEnded = true
        return .goAway(lastStream: ending.lastOfPeer, HTTP2ErrorCode(rawValue: code))
    }

    /// The next stream that the peer never looked at, by its GOAWAY.
    mutating func nextRefused() -> HTTP2Event? {
        let refused = streams.slots.firstIndex { $0.id > ending.lastOfPeer }
        guard let index = refused else {
            ending.hasRefused = false
            return nil
        }
        let id = streams[index].id
        close(at: index, .resetByUs)
        return .reset(id, .refusedStream)
    }
}

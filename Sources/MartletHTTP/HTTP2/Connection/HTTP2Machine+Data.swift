import NIOCore

// MARK: - Content that comes

extension HTTP2Machine {
    @inline(__always)
    mutating func takeData(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> HTTP2Event? {
        try Self.requireStream(header)
        // All of a frame counts, its padding too, whatever becomes of it.
        guard header.length <= windows.receive else {
            throw .connection(
                .flowControlError,
                "More DATA came than the connection's window allows.",
                defence: .dataBeyondWindow
            )
        }
        var content = payload
        try Self.removePadding(header, &content)
        guard let index = streams.index(of: header.stream) else {
            return try takeLateData(header, isEmpty: content.readableBytes == 0)
        }
        windows.receive -= header.length
        let endsStream = header.flags.contains(.endStream)
        if let error = check(at: index, header, content.readableBytes, endsStream) {
            giveBackToConnection(header.length)
            throw error
        }
        streams[index].receiveWindow -= Int32(truncatingIfNeeded: header.length)
        streams[index].flags.insert(.hasData)
        if windows.isProbing { windows.sample += header.length }
        let padding = header.length - content.readableBytes
        if padding > 0 { consumed(header.stream, padding) }
        if endsStream {
            end(at: index, .endedByPeer)
        } else if content.readableBytes == 0 {
            try spend(.emptyFrame)
            return nil
        }
        budgets.refundFrames()
        return .data(header.stream, content, endsStream: endsStream)
    }

    /// What is wrong with DATA of an open stream, or nil.
    @inline(__always)
    private mutating func check(
        at index: Int,
        _ header: HTTP2FrameHeader,
        _ count: Int,
        _ endsStream: Bool
    ) -> HTTP2Error? {
        let id = header.stream
        let stream = streams[index]
        if stream.flags.contains(.endedByPeer) {
            return .stream(id, .streamClosed, "DATA came behind END_STREAM.")
        }
        if !stream.flags.contains(.hasHeaders) {
            return .stream(id, .protocolError, "DATA came before HEADERS.")
        }
        if header.length > stream.receiveWindow {
            return .stream(
                id,
                .flowControlError,
                "More DATA came than the stream's window allows.",
                defence: .dataBeyondWindow
            )
        }
        guard stream.contentLeft >= 0 else { return nil }
        let left = stream.contentLeft - Int64(count)
        if left < 0 {
            return .stream(id, .protocolError, "There is more content than its length.")
        }
        if endsStream, left > 0 { return .stream(id, .protocolError, Self.missingContent) }
        streams[index].contentLeft = left
        return nil
    }

    /// DATA of a stream that is not open.
    private mutating func takeLateData(
        _ header: HTTP2FrameHeader,
        isEmpty: Bool
    ) throws(HTTP2Error) -> HTTP2Event? {
        try requireNotIdle(header.stream)
        windows.receive -= header.length
        giveBackToConnection(header.length)
        switch closedStreams.ending(of: header.stream) {
        case .resetByUs, .forgotten:
            // The peer may have had a whole window of small frames under way.
            if isEmpty { try spend(.ignoredFrame) }
            return nil
        case .resetByPeer:
            return answerReset(header.stream, .streamClosed)
        case .ended:
            throw .connection(.streamClosed, "DATA came for a stream that has ended.")
        case nil:
            throw .connection(.protocolError, "DATA came for a stream that was left out.")
        }
    }

    // MARK: - Giving windows back

    /// Gives the window back that content took, once the content has been read or dropped.
    ///
    /// To be called for all content that was given out, also when its stream has ended or was
    /// reset since: the connection's window is everybody's. WINDOW_UPDATE is written when half a
    /// window has been read.
    ///
    /// - Parameters:
    ///   - stream: Where the content came.
    ///   - count: How many bytes of it.
    package mutating func consumed(_ stream: HTTP2StreamID, _ count: Int) {
        guard !hasFailed else { return }
        giveBackToConnection(count)
        guard let index = streams.index(of: stream),
            !streams[index].flags.contains(.endedByPeer)
        else { return }
        streams[index].credit += Int32(truncatingIfNeeded: count)
        let credit = streams[index].credit
        guard Int(credit) * 2 >= windows.streamSize else { return }
        streams[index].credit = 0
        streams[index].receiveWindow += credit
        writeWindowUpdate(stream, Int(credit))
        probe()
    }

    mutating func giveBackToConnection(_ count: Int) {
        windows.credit += count
        guard windows.credit * 2 >= windows.connectionSize else { return }
        let credit = windows.credit
        windows.credit = 0
        windows.receive += credit
        writeWindowUpdate(.connection, credit)
        probe()
    }

    /// Opens the connection's window further than it was.
    mutating func openConnectionWindow(by count: Int) {
        guard count > 0 else { return }
        windows.connectionSize += count
        windows.receive += count
        writeWindowUpdate(.connection, count)
    }

    // MARK: - Windows that grow

    /// Measures how much comes within a round trip, if windows may still grow.
    private mutating func probe() {
        guard !windows.isProbing, windows.streamSize < limits.largestStreamWindowSize else {
            return
        }
        windows.isProbing = true
        windows.sample = 0
        writePing(HTTP2Probe.window, acknowledges: false)
    }

    /// The round trip is over: when two thirds of a window came meanwhile, it was too small.
    mutating func takeProbe() {
        guard windows.isProbing else { return }
        windows.isProbing = false
        guard windows.sample * 3 >= windows.streamSize * 2, unacknowledgedSettings == 0 else {
            return
        }
        let old = windows.streamSize
        let size = min(limits.largestStreamWindowSize, max(old * 2, windows.sample * 2))
        guard size > old else { return }
        var settings = ownSettings
        settings.windowSize = size
        settings.write(changesFrom: ownSettings, to: &output)
        ownSettings = settings
        unacknowledgedSettings += 1
        windows.streamSize = size
        windows.streamAllowance = size
        for index in streams.slots.indices where streams[index].id != .connection {
            streams[index].receiveWindow += Int32(truncatingIfNeeded: size - old)
        }
        openConnectionWindow(
            by: min(limits.largestConnectionWindowSize, windows.connectionSize * 2)
                - windows.connectionSize
        )
    }
}

/// The bytes of PINGs that the machine sends for itself.
enum HTTP2Probe {
    /// Measures a round trip's content.
    static let window: UInt64 = 0x4D61_7274_6C65_7401
    /// Comes back when the peer has read the first GOAWAY.
    static let drain: UInt64 = 0x4D61_7274_6C65_7402
}

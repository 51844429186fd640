import NIOCore

// MARK: - Frames that say something about streams and the connection

extension HTTP2Machine {
    mutating func takeReset(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> HTTP2Event? {
        try Self.requireStream(header)
        guard header.length == 4,
            let code = payload.getInteger(at: payload.readerIndex, as: UInt32.self)
        else { throw .connection(.frameSizeError, "RST_STREAM is not 4 bytes.") }
        guard let index = streams.index(of: header.stream) else {
            try requireNotIdle(header.stream)
            try spend(.ignoredFrame)
            return nil
        }
        // Only a server works for its peer, and no more once its response is whole: clients end
        // so what they need not finish.
        let isCostly = role == .server && !streams[index].flags.contains(.endedByUs)
        close(at: index, .resetByPeer)
        if isCostly { try spend(.reset) }
        return .reset(header.stream, HTTP2ErrorCode(rawValue: code))
    }

    mutating func takePriority(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) {
        try Self.requireStream(header)
        guard header.length == 5,
            let dependency = payload.getInteger(at: payload.readerIndex, as: UInt32.self)
        else { throw .stream(header.stream, .frameSizeError, "PRIORITY is not 5 bytes.") }
        guard HTTP2StreamID(rawValue: dependency) != header.stream else {
            throw .stream(header.stream, .protocolError, "A stream depends on itself.")
        }
        try spend(.ignoredFrame)
    }

    mutating func takePing(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> HTTP2Event? {
        try Self.requireConnection(header)
        guard header.length == 8,
            let data = payload.getInteger(at: payload.readerIndex, as: UInt64.self)
        else { throw .connection(.frameSizeError, "PING is not 8 bytes.") }
        guard header.flags.contains(.acknowledges) else {
            try spend(.ping)
            writePing(data, acknowledges: true)
            try countAnswer()
            return nil
        }
        if data == HTTP2Probe.window, windows.isProbing {
            takeProbe()
        } else if data == HTTP2Probe.drain, ending.isDraining, !ending.isFinal {
            finishDraining()
        } else {
            try spend(.ignoredFrame)
            return .pingAcknowledged(data)
        }
        return nil
    }

    mutating func takeSettings(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> HTTP2Event? {
        try Self.requireConnection(header)
        if header.flags.contains(.acknowledges) {
            guard header.length == 0 else {
                throw .connection(.frameSizeError, "An acknowledgement of SETTINGS has a payload.")
            }
            return try takeSettingsAcknowledgement()
        }
        try spend(.settings)
        var settings = peerSettings
        if let error = settings.apply(payload) { throw error }
        guard role == .server || !settings.enablesPush else {
            throw .connection(.protocolError, "A server cannot allow a client to push.")
        }
        try moveSendWindows(by: settings.windowSize - peerSettings.windowSize)
        peerSettings = settings
        phase = .open
        HTTP2FrameHeader(length: 0, type: .settings, flags: .acknowledges).write(to: &output)
        try countAnswer()
        return .settingsChanged(settings)
    }

    private mutating func takeSettingsAcknowledgement() throws(HTTP2Error) -> HTTP2Event? {
        guard unacknowledgedSettings > 0 else {
            try spend(.ignoredFrame)
            return nil
        }
        unacknowledgedSettings -= 1
        let excess = windows.streamAllowance - windows.streamSize
        if excess > 0 {
            // The peer now knows that windows are smaller than they are by default.
            windows.streamAllowance = windows.streamSize
            for index in streams.slots.indices where streams[index].id != .connection {
                streams[index].receiveWindow -= Int32(truncatingIfNeeded: excess)
            }
        }
        return .settingsAcknowledged
    }

    /// Changes the windows of open streams by what their first window changed (RFC 9113 §6.9.2).
    private mutating func moveSendWindows(by change: Int) throws(HTTP2Error) {
        guard change != 0, streams.count > 0 else { return }
        for index in streams.slots.indices where streams[index].id != .connection {
            let window = Int(streams[index].sendWindow) + change
            guard window <= Self.largestWindow else { throw Self.overflow }
            streams[index].sendWindow = Int32(clamping: window)
            queueIfOpen(at: index)
        }
    }

    mutating func takeWindowUpdate(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> HTTP2Event? {
        guard header.length == 4,
            let raw = payload.getInteger(at: payload.readerIndex, as: UInt32.self)
        else { throw .connection(.frameSizeError, "WINDOW_UPDATE is not 4 bytes.") }
        let increment = Int(raw & 0x7FFF_FFFF)
        if header.stream == .connection {
            guard increment > 0 else { throw .connection(.protocolError, Self.noIncrement) }
            guard windows.send + increment <= Self.largestWindow else { throw Self.overflow }
            windows.send += increment
            try spend(.windowUpdate)
            return nil
        }
        guard let index = streams.index(of: header.stream) else {
            try requireNotIdle(header.stream)
            try spend(.windowUpdate)
            return nil
        }
        guard increment > 0 else {
            throw .stream(header.stream, .protocolError, Self.noIncrement)
        }
        let window = Int(streams[index].sendWindow) + increment
        guard window <= Self.largestWindow else {
            throw .stream(
                header.stream,
                .flowControlError,
                Self.overflow.reason,
                defence: .windowOverflow
            )
        }
        streams[index].sendWindow = Int32(clamping: window)
        queueIfOpen(at: index)
        try spend(.windowUpdate)
        return nil
    }

    private static let noIncrement = "WINDOW_UPDATE opens the window by nothing."
    private static let overflow = HTTP2Error.connection(
        .flowControlError,
        "A window is opened beyond 2^31 - 1.",
        defence: .windowOverflow
    )
}

import NIOCore

// MARK: - Reading frames

extension HTTP2Machine {
    /// The next header whose payload is here too.
    @inline(__always)
    mutating func readHeader() throws(HTTP2Error) -> HTTP2FrameHeader? {
        if case .preface = phase {
            guard try readPreface() else { return nil }
        }
        guard let header = HTTP2FrameHeader(input) else { return nil }
        if case .settings = phase {
            guard header.type == .settings, !header.flags.contains(.acknowledges) else {
                throw .connection(.protocolError, "The first frame is not SETTINGS.")
            }
        }
        guard header.length <= limits.frameSize else {
            throw .connection(.frameSizeError, "A frame is longer than SETTINGS_MAX_FRAME_SIZE.")
        }
        guard input.readableBytes >= HTTP2FrameHeader.size + header.length else { return nil }
        input.moveReaderIndex(forwardBy: HTTP2FrameHeader.size)
        return header
    }

    private mutating func readPreface() throws(HTTP2Error) -> Bool {
        switch HTTP2Preface.match(input) {
        case .partial: return false
        case .different: throw .connection(.protocolError, "The preface of HTTP/2 is not there.")
        case .whole:
            input.moveReaderIndex(forwardBy: HTTP2Preface.bytes.count)
            phase = .settings
            return true
        }
    }

    /// Takes a frame, whose payload is at the front of the input.
    @inline(__always)
    mutating func takeFrame(_ header: HTTP2FrameHeader) throws(HTTP2Error) -> HTTP2Event? {
        guard let payload = input.readSlice(length: header.length) else { return nil }
        if input.readableBytes == 0 {
            // Lets the socket's read buffer be used again.
            input = ByteBuffer()
        }
        if assembly != nil || header.type == .continuation {
            return try takeContinuation(header, payload)
        }
        switch header.type {
        case .headers: return try takeHeaders(header, payload)
        case .data: return try takeData(header, payload)
        default: return try takeControl(header, payload)
        }
    }

    private mutating func takeControl(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> HTTP2Event? {
        switch header.type {
        case .windowUpdate: return try takeWindowUpdate(header, payload)
        case .resetStream: return try takeReset(header, payload)
        case .settings: return try takeSettings(header, payload)
        case .ping: return try takePing(header, payload)
        case .goAway: return try takeGoAway(header, payload)
        case .priority: try takePriority(header, payload)
        case .pushPromise:
            throw .connection(.protocolError, "Nobody may push here.")
        default:
            try spend(.ignoredFrame)
        }
        return nil
    }

    /// Counts what a peer did.
    ///
    /// - Throws: An error of the connection when it was too much.
    @inline(__always)
    mutating func spend(_ expense: HTTP2Budgets.Expense) throws(HTTP2Error) {
        if let error = budgets.spend(expense, now: now, shared) { throw error }
    }

    /// Counts an answer in the output.
    ///
    /// - Throws: An error of the connection when the peer reads none.
    mutating func countAnswer() throws(HTTP2Error) {
        if let error = budgets.answer(limits) { throw error }
    }

    /// Takes the padding off a payload.
    static func removePadding(
        _ header: HTTP2FrameHeader,
        _ payload: inout ByteBuffer
    ) throws(HTTP2Error) {
        guard header.flags.contains(.padded) else { return }
        guard let padding: UInt8 = payload.readInteger() else {
            throw .connection(.frameSizeError, "A padded frame has no pad length.")
        }
        guard Int(padding) <= payload.readableBytes else {
            throw .connection(.protocolError, "There is more padding than payload.")
        }
        payload.moveWriterIndex(to: payload.writerIndex - Int(padding))
    }

    /// Throws unless a frame belongs to a stream.
    @inline(__always)
    static func requireStream(_ header: HTTP2FrameHeader) throws(HTTP2Error) {
        guard header.stream != .connection else {
            throw .connection(.protocolError, "A frame of a stream is on stream 0.")
        }
    }

    /// Throws unless a frame belongs to the connection.
    static func requireConnection(_ header: HTTP2FrameHeader) throws(HTTP2Error) {
        guard header.stream == .connection else {
            throw .connection(.protocolError, "A frame of the connection is on a stream.")
        }
    }

    /// Throws when a stream was never opened.
    func requireNotIdle(_ stream: HTTP2StreamID) throws(HTTP2Error) {
        guard stream.isClients, stream <= highest else {
            throw .connection(.protocolError, "A frame came for a stream that is idle.")
        }
    }
}

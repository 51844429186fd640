import NIOCore

// MARK: - Header blocks that come

extension HTTP2Machine {
    mutating func takeHeaders(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> HTTP2Event? {
        try Self.requireStream(header)
        var block = payload
        try Self.removePadding(header, &block)
        var dependsOnItself = false
        if header.flags.contains(.priority) {
            guard let (dependency, _) = block.readMultipleIntegers(as: (UInt32, UInt8).self) else {
                throw .connection(.frameSizeError, "HEADERS is too short for its priority.")
            }
            dependsOnItself = HTTP2StreamID(rawValue: dependency) == header.stream
        }
        guard block.readableBytes <= limits.headerBlockSize else {
            throw HTTP2HeaderAssembly.tooLong
        }
        let whole = HTTP2HeaderAssembly(
            stream: header.stream,
            endsStream: header.flags.contains(.endStream),
            dependsOnItself: dependsOnItself,
            block: block
        )
        if header.flags.contains(.endHeaders) { return try takeBlock(whole) }
        if block.readableBytes == 0 { try spend(.emptyFrame) }
        assembly = whole
        return nil
    }

    mutating func takeContinuation(
        _ header: HTTP2FrameHeader,
        _ payload: ByteBuffer
    ) throws(HTTP2Error) -> HTTP2Event? {
        guard header.type == .continuation, header.stream == assembly?.stream else {
            throw .connection(
                .protocolError,
                assembly == nil
                    ? "CONTINUATION follows no header block."
                    : "Something came between the frames of a header block."
            )
        }
        let endsHeaders = header.flags.contains(.endHeaders)
        if payload.readableBytes == 0, !endsHeaders { try spend(.emptyFrame) }
        let limits = limits
        if let error = assembly?.append(payload, limits: limits) { throw error }
        guard endsHeaders, let whole = assembly else { return nil }
        assembly = nil
        return try takeBlock(whole)
    }

    @inline(__always)
    private mutating func takeBlock(
        _ headers: HTTP2HeaderAssembly
    ) throws(HTTP2Error) -> HTTP2Event? {
        if let index = streams.index(of: headers.stream) {
            return continueStream(at: index, headers)
        }
        if role == .server, headers.stream.isClients, headers.stream > highest {
            return openStream(headers)
        }
        return try takeLateBlock(headers)
    }

    /// A header block of a stream that is not open, and cannot be opened.
    private mutating func takeLateBlock(
        _ headers: HTTP2HeaderAssembly
    ) throws(HTTP2Error) -> HTTP2Event? {
        try requireNotIdle(headers.stream)
        switch closedStreams.ending(of: headers.stream) {
        case .resetByUs, .forgotten:
            try spend(.ignoredFrame)
            return .discardedHeaders(block: headers.block)
        case .resetByPeer:
            return discard(headers, .streamClosed, "HEADERS came behind RST_STREAM.")
        case .ended:
            throw .connection(.streamClosed, "HEADERS came for a stream that has ended.")
        case nil:
            throw .connection(.protocolError, "A stream has a lower number than one before it.")
        }
    }

    /// The first header block of a stream at a server.
    @inline(__always)
    private mutating func openStream(_ headers: HTTP2HeaderAssembly) -> HTTP2Event? {
        let id = headers.stream
        highest = id
        guard id <= ending.lastTaken, streams.count < limits.concurrentStreams,
            !headers.dependsOnItself
        else {
            closedStreams.add(id, .resetByUs)
            return refuseStream(headers)
        }
        budgets.refundFrames()
        addStream(id, ended: headers.endsStream ? .endedByPeer : [])
        return .headers(id, block: headers.block, endsStream: headers.endsStream)
    }

    private mutating func refuseStream(_ headers: HTTP2HeaderAssembly) -> HTTP2Event {
        if headers.stream > ending.lastTaken {
            // The peer knows from GOAWAY.
            let error = budgets.spend(.ignoredFrame, now: now, shared)
            return error.map { fail($0) } ?? .discardedHeaders(block: headers.block)
        }
        if headers.dependsOnItself {
            return discard(headers, .protocolError, Self.dependency)
        }
        return discard(headers, .refusedStream, "Too many streams are open.", .streamCount)
    }

    /// A header block of a stream that is open.
    private mutating func continueStream(
        at index: Int,
        _ headers: HTTP2HeaderAssembly
    ) -> HTTP2Event {
        let flags = streams[index].flags
        guard !flags.contains(.endedByPeer) else {
            return discard(headers, .streamClosed, "HEADERS came behind END_STREAM.")
        }
        guard !headers.dependsOnItself else {
            return discard(headers, .protocolError, Self.dependency)
        }
        let areTrailers = role == .server || flags.contains(.hasData)
        guard headers.endsStream || !areTrailers else {
            return discard(headers, .protocolError, "Trailers do not end their stream.")
        }
        guard !headers.endsStream || streams[index].contentLeft <= 0 else {
            return discard(headers, .protocolError, Self.missingContent)
        }
        budgets.refundFrames()
        streams[index].flags.insert(.hasHeaders)
        if headers.endsStream { end(at: index, .endedByPeer) }
        return areTrailers
            ? .trailers(headers.stream, block: headers.block)
            : .headers(headers.stream, block: headers.block, endsStream: headers.endsStream)
    }

    /// Resets the stream of a header block, which is decoded and forgotten.
    private mutating func discard(
        _ headers: HTTP2HeaderAssembly,
        _ code: HTTP2ErrorCode,
        _ reason: String,
        _ defence: HTTP2Defence? = nil
    ) -> HTTP2Event {
        if let index = streams.index(of: headers.stream) { close(at: index, .resetByUs) }
        if let failure = answerReset(headers.stream, code) { return failure }
        pending = .streamError(
            headers.stream,
            .stream(headers.stream, code, reason, defence: defence)
        )
        return .discardedHeaders(block: headers.block)
    }

    private static let dependency = "A stream depends on itself."
    static let missingContent = "There is less content than its length."

    /// Says how much content a message has, by its `Content-Length`.
    ///
    /// From then on more, or less, is an error of the stream. To be called with the head, if it
    /// does not end the stream, and not for what has no content whatever the field says.
    package mutating func expectContent(_ stream: HTTP2StreamID, length: Int) {
        guard let index = streams.index(of: stream) else { return }
        streams[index].contentLeft = Int64(length)
    }
}

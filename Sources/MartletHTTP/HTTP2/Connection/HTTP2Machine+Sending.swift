package import MartletTransport
package import NIOCore

/// What became of content that was to be sent.
package enum HTTP2SendOutcome: Hashable, Sendable {
    /// All of it is in the output.
    case sent
    /// What is left in the buffer waits for a window; `writable` says when to try again.
    case blocked
    /// The stream is no longer open, and nothing was taken.
    case closed
}

// MARK: - Sending on streams

extension HTTP2Machine {
    /// How many streams a client can open now.
    package var availableStreamCount: Int {
        guard role == .client, !ending.isDraining, !ending.hasPeerEnded, !hasFailed,
            highest.rawValue < HTTP2StreamID.last.rawValue - 1
        else { return 0 }
        // Until the peer has said, it is the least that RFC 9113 §6.5.2 recommends.
        let most = hasPeerSettings ? peerSettings.concurrentStreams ?? Int.max : 100
        return max(0, most - streams.count)
    }

    /// Opens a stream with its first header block.
    ///
    /// - Parameters:
    ///   - endsStream: Whether nothing follows.
    ///   - encode: Writes the block at the end of the buffer; called only when a stream opens.
    /// - Returns: The stream; nil when none can be opened (`availableStreamCount`).
    /// - Throws: What `encode` throws; then nothing was sent.
    package mutating func openStream<Failure: Error>(
        endsStream: Bool,
        _ encode: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) -> HTTP2StreamID? {
        guard availableStreamCount > 0 else { return nil }
        let id = HTTP2StreamID(
            rawValue: highest == .connection ? 1 : highest.rawValue + 2
        )
        try writeHeaders(id, endsStream: endsStream, encode)
        highest = id
        addStream(id, ended: endsStream ? .endedByUs : [])
        return id
    }

    /// Sends a header block: a head, an interim response, or trailers.
    ///
    /// A block that is longer than the peer's frames goes on in CONTINUATION frames. Trailers wait
    /// until `sendData` has taken all content.
    ///
    /// - Parameters:
    ///   - stream: Where it belongs.
    ///   - endsStream: Whether nothing follows.
    ///   - encode: Writes the block at the end of the buffer; called only when it will be sent.
    /// - Returns: Whether the stream was open.
    /// - Throws: What `encode` throws; then nothing was sent.
    @discardableResult
    @inline(__always)
    package mutating func sendHeaders<Failure: Error>(
        _ stream: HTTP2StreamID,
        endsStream: Bool,
        _ encode: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        guard let index = sendableIndex(of: stream) else { return false }
        try writeHeaders(stream, endsStream: endsStream, encode)
        budgets.refundFrames()
        if endsStream { end(at: index, .endedByUs) }
        return true
    }

    /// Sends a header block that is encoded already.
    ///
    /// - Returns: Whether the stream was open.
    @discardableResult
    package mutating func sendHeaders(
        _ stream: HTTP2StreamID,
        block: ByteBuffer,
        endsStream: Bool
    ) -> Bool {
        sendHeaders(stream, endsStream: endsStream) { output in
            output.writeImmutableBuffer(block)
        }
    }

    /// Sends content, as much as the windows allow.
    ///
    /// While other streams wait for the connection's window, one sends a frame at its turn.
    ///
    /// - Parameters:
    ///   - stream: Where it belongs.
    ///   - bytes: The content; what could not be sent is left.
    ///   - endsStream: Whether nothing follows; END_STREAM goes with the last of the bytes.
    /// - Returns: Whether all was sent.
    package mutating func sendData(
        _ stream: HTTP2StreamID,
        _ bytes: inout ByteBuffer,
        endsStream: Bool
    ) -> HTTP2SendOutcome {
        guard let index = sendableIndex(of: stream) else { return .closed }
        let allowed = allowance(at: index, bytes.readableBytes)
        let isAll = allowed == bytes.readableBytes
        if allowed > 0 || (isAll && endsStream) {
            writeData(stream, &bytes, count: allowed, endsStream: isAll && endsStream)
            streams[index].sendWindow -= Int32(truncatingIfNeeded: allowed)
            windows.send -= allowed
            budgets.refundFrames()
        }
        guard isAll else {
            block(at: index, sent: allowed)
            return .blocked
        }
        if streams[index].flags.contains(.isBlocked) { unblock(at: index) }
        if endsStream { end(at: index, .endedByUs) }
        return .sent
    }

    /// Ends a stream before its time; what still comes for it is ignored.
    package mutating func reset(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        guard !hasFailed, let index = streams.index(of: stream) else { return }
        close(at: index, .resetByUs)
        writeReset(stream, code)
    }

    /// A stream whose data has waited for a window since before `tick`, if there is one.
    ///
    /// Waiting begins anew with every `HTTP2Limits.stallProgress` bytes sent. Who resets the stream
    /// asks again for the next.
    package func stalledStream(before tick: TickTimers.Tick) -> HTTP2StreamID? {
        guard blockedCount > 0 else { return nil }
        return streams.slots.first { $0.flags.contains(.isBlocked) && $0.blockedSince < tick }?.id
    }

    // MARK: - Who may send

    @inline(__always)
    private func sendableIndex(of stream: HTTP2StreamID) -> Int? {
        guard !hasFailed, let index = streams.index(of: stream),
            !streams[index].flags.contains(.endedByUs)
        else { return nil }
        return index
    }

    /// How much of `count` bytes a stream may send now.
    @inline(__always)
    private func allowance(at index: Int, _ count: Int) -> Int {
        let open = max(0, min(Int(streams[index].sendWindow), windows.send))
        guard !queue.isEmpty, count > 0 else { return min(count, open) }
        return granted == streams[index].id ? min(count, open, limits.sentFrameSize) : 0
    }

    private mutating func block(at index: Int, sent: Int) {
        if !streams[index].flags.contains(.isBlocked) {
            streams[index].flags.insert(.isBlocked)
            blockedCount += 1
            streams[index].blockedSince = now
            streams[index].progress = 0
        } else {
            let progress = Int(streams[index].progress) + sent
            let isGoingOn = progress >= limits.stallProgress
            streams[index].progress = isGoingOn ? 0 : Int32(clamping: progress)
            if isGoingOn { streams[index].blockedSince = now }
        }
        queueIfOpen(at: index)
    }

    private mutating func unblock(at index: Int) {
        streams[index].flags.remove(.isBlocked)
        streams[index].blockedSince = TickTimers.never
        blockedCount -= 1
    }

    /// Puts a stream that waits in the queue, when its own window is open.
    @inline(__always)
    mutating func queueIfOpen(at index: Int) {
        let stream = streams[index]
        guard stream.flags.contains(.isBlocked), !stream.flags.contains(.isQueued),
            stream.sendWindow > 0
        else { return }
        streams[index].flags.insert(.isQueued)
        queue.append(stream.id)
        if queue.count > 2 * streams.count + 64 {
            let streams = streams
            queue.keep { streams.index(of: $0) != nil }
        }
    }

    /// The next stream of the queue, when the connection's window is open.
    mutating func nextWritable() -> HTTP2Event? {
        while windows.send > 0, let id = queue.removeFirst() {
            guard let index = streams.index(of: id) else { continue }
            streams[index].flags.remove(.isQueued)
            guard streams[index].flags.contains(.isBlocked), streams[index].sendWindow > 0 else {
                continue
            }
            granted = id
            return .writable(id)
        }
        return nil
    }
}

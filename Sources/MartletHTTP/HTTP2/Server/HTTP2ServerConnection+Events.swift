import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore

// MARK: - What the peer says

extension HTTP2ServerConnection {
    func handle(_ event: HTTP2Event) {
        switch event {
        case .headers(let id, let block, let endsStream):
            takeHead(id, block, endsStream: endsStream)
        case .data(let id, let bytes, let endsStream):
            takeData(id, bytes, endsStream: endsStream)
        case .trailers(let id, let block):
            takeTrailers(id, block)
        case .discardedHeaders(let block):
            if decode(block) { fields.release() }
        case .reset(let id, _):
            forget(id, ConnectionClosedError())
        case .streamError(let id, let error):
            if let defence = error.defence { core.count(defence) }
            forget(id, error)
        case .writable(let id):
            if let stream = streams[id] { pump(stream) }
        case .settingsChanged(let settings):
            encoder.limitTable(to: settings.headerTableSize)
        case .settingsAcknowledged:
            decoder.limitTable(to: core.http2Limits.values.headerTableSize)
        case .goAway, .pingAcknowledged, .needsMore, .connectionError:
            break
        }
    }

    /// Decodes a header block into `fields`.
    ///
    /// - Returns: Whether it could be; else the connection has ended.
    private func decode(_ block: ByteBuffer) -> Bool {
        do throws(HPACKError) {
            try decoder.decode(block, into: &fields)
        } catch {
            fail(.connection(.compressionError, error.reason))
            return false
        }
        guard fields.isTooLarge, isBomb(block) else { return true }
        fail(
            .connection(
                .enhanceYourCalm,
                "A header block becomes much more than it is, and than is allowed.",
                defence: .headerBomb
            )
        )
        return false
    }

    /// Whether a block that is too large was made so by header compression.
    private func isBomb(_ block: ByteBuffer) -> Bool {
        fields.listSize > Self.bombFactor * block.readableBytes
            && fields.listSize / 2 > core.http2Limits.values.headerListSize
    }

    /// What header compression makes of honest blocks is less than this many times their bytes.
    private static let bombFactor = 100

    // MARK: Requests

    private func takeHead(_ id: HTTP2StreamID, _ block: ByteBuffer, endsStream: Bool) {
        guard decode(block) else { return }
        let stream = HTTP2ServerStream(self, id)
        guard !fields.isTooLarge else {
            fields.release()
            core.count(.headerListSize)
            streams[id] = stream
            stream.hasRequestEnded = endsStream
            answer(HTTPError(.requestHeaderFieldsTooLarge), on: stream)
            return
        }
        let head: HTTP2RequestHead
        do throws(HTTP2MessageError) {
            head = try reader.readRequest(&fields)
            if endsStream, head.contentLength ?? 0 > 0 {
                throw HTTP2MessageError("The content is shorter than its length says.")
            }
            if head.protocolName != nil, !core.http2Limits.values.allowsExtendedConnect {
                throw HTTP2MessageError("Extended CONNECT was not offered.")
            }
        } catch {
            reset(id, .protocolError, error)
            return
        }
        streams[id] = stream
        stream.isHead = head.content.method == .head
        begin(stream, head, endsStream: endsStream)
    }

    private func begin(_ stream: HTTP2ServerStream, _ head: HTTP2RequestHead, endsStream: Bool) {
        stream.hasRequestEnded = endsStream
        if head.method == .connect {
            startConnect(stream, head)
            return
        }
        if endsStream {
            start(stream, head.content, body: Body())
            return
        }
        stream.bodyLeft = head.contentLength
        if let length = head.contentLength, length > core.limits.bodySize {
            answer(HTTPError(.contentTooLarge), on: stream)
        } else if let length = head.contentLength, length <= core.limits.wholeBodySize,
            !head.expectsContinue
        {
            stream.awaiting = head.content
            stream.waitForBody()
        } else if head.expectsContinue {
            stream.owesContinue = true
            startStreaming(stream, head.content)
        } else {
            stream.awaiting = head.content
            stream.waitForBody()
            undecided.append(stream)
        }
    }

    /// Starts the requests whose content has not come whole with their heads.
    func startUndecided() {
        var waiting: [HTTP2ServerStream] = []
        swap(&waiting, &undecided)
        for stream in waiting where streams[stream.id] === stream {
            guard let content = stream.awaiting.take() else { continue }
            startStreaming(stream, content)
        }
    }

    /// Starts a request whose content is still to come.
    private func startStreaming(_ stream: HTTP2ServerStream, _ content: RequestContent) {
        let incoming = IncomingBody(
            limit: core.limits.bodyBufferSize,
            startsPaused: stream.owesContinue
        ) { [weak stream, loop] signal in
            loop.run { [weak stream] in stream?.bodySignal(signal) }
        }
        stream.stream(to: incoming)
        let length = stream.bodyLeft.map { $0 + stream.bodyCount }
        start(stream, content, body: Body(arriving: incoming, length: length))
    }

    private func takeData(_ id: HTTP2StreamID, _ bytes: ByteBuffer, endsStream: Bool) {
        let count = bytes.readableBytes
        guard let stream = streams[id] else {
            machine.consumed(id, count)
            return
        }
        stream.hasRequestEnded = endsStream
        stream.bodyCount += count
        if let left = stream.bodyLeft {
            guard count <= left, !endsStream || count == left else {
                machine.consumed(id, count)
                let error = HTTP2MessageError("The content is not as long as it says.")
                reset(id, .protocolError, error)
                return
            }
            stream.bodyLeft = left - count
        }
        guard !stream.isAnswered else { return dropLate(stream, count) }
        guard stream.bodyCount <= core.limits.bodySize || stream.isBoundElsewhere else {
            machine.consumed(id, count)
            if let content = stream.awaiting.take() { startStreaming(stream, content) }
            stream.incoming?.fail(HTTPError(.contentTooLarge))
            return
        }
        if stream.take(bytes) { machine.consumed(id, count) }
        if endsStream { endBody(of: stream, trailers: nil) } else { stream.waitForBody() }
    }

    private func takeTrailers(_ id: HTTP2StreamID, _ block: ByteBuffer) {
        guard decode(block) else { return }
        guard let stream = streams[id] else {
            fields.release()
            return
        }
        guard !fields.isTooLarge else {
            fields.release()
            core.count(.headerListSize)
            reset(id, .enhanceYourCalm, HTTPError(.requestHeaderFieldsTooLarge))
            return
        }
        do throws(HTTP2MessageError) {
            let trailers = try reader.readTrailers(&fields)
            if stream.bodyLeft ?? 0 > 0 {
                throw HTTP2MessageError("The content is shorter than its length says.")
            }
            stream.hasRequestEnded = true
            guard !stream.isAnswered else { return dropLate(stream, 0) }
            endBody(of: stream, trailers: trailers)
        } catch {
            reset(id, .protocolError, error)
        }
    }

    private func endBody(of stream: HTTP2ServerStream, trailers: Headers?) {
        stream.bodyDue = TickTimers.never
        stream.incoming?.finish(trailers: trailers)
        if let content = stream.awaiting.take() {
            let bytes = stream.takeWhole()
            start(stream, content, body: trailers.map { Body(bytes, trailers: $0) } ?? Body(bytes))
        }
    }

    // MARK: Ends

    /// Resets a stream and forgets it.
    func reset(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode, _ reason: any Error) {
        prepareOutput()
        machine.reset(id, code)
        forget(id, reason)
        markDirty()
    }

    /// The stream is gone: its handler is cancelled.
    private func forget(_ id: HTTP2StreamID, _ reason: any Error) {
        streams.removeValue(forKey: id)?.breakOff(reason)
    }
}

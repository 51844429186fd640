import HTTPTypes
import MartletTransport
import NIOCore

// MARK: - What the server says

extension HTTP2ClientConnection {
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
        case .reset(let id, let code):
            takeReset(id, code)
        case .streamError(let id, let error):
            guard let stream = streams[id] else { return }
            remove(stream)
            stream.fail(Self.malformed(error))
        case .writable(let id):
            if let stream = streams[id] { pump(stream) }
        case .settingsChanged(let settings):
            encoder.limitTable(to: settings.headerTableSize)
            pool.streamsChanged(on: self)
        case .settingsAcknowledged:
            decoder.limitTable(to: pool.http2Limits.values.headerTableSize)
        case .goAway:
            pool.isEnding(self)
        case .pingAcknowledged, .needsMore, .connectionError:
            break
        }
    }

    /// Decodes a header block into `fields`.
    ///
    /// - Returns: Whether it could be; else the connection has ended.
    private func decode(_ block: ByteBuffer) -> Bool {
        do throws(HPACKError) {
            try decoder.decode(block, into: &fields)
            return true
        } catch {
            fail(.connection(.compressionError, error.reason))
            return false
        }
    }

    private static func malformed(_ error: any Error) -> HTTPClientError {
        HTTPClientError(.malformedResponse, "The response breaks HTTP/2's rules.", cause: error)
    }

    /// Ends an exchange whose response cannot be understood.
    private func refuse(_ stream: HTTP2ClientStream, _ error: HTTPClientError) {
        machine.reset(stream.id, .protocolError)
        markDirty()
        remove(stream)
        stream.fail(error)
    }

    private func takeHead(_ id: HTTP2StreamID, _ block: ByteBuffer, endsStream: Bool) {
        guard streams[id]?.hasResponse != true else { return takeTrailers(id, block) }
        guard decode(block) else { return }
        guard let stream = streams[id] else { return fields.release() }
        guard !fields.isTooLarge else {
            fields.release()
            return refuse(
                stream,
                HTTPClientError(.malformedResponse, "The response has too many or too long fields.")
            )
        }
        do throws(HTTP2MessageError) {
            let head = try reader.readResponse(&fields)
            guard head.status.code >= 200 else {
                // 100 and its like say nothing that anybody waits for.
                guard !endsStream else {
                    throw HTTP2MessageError("An interim response ends its stream.")
                }
                return
            }
            let mayHaveBody =
                !stream.isHead && head.status != .noContent && head.status != .notModified
            if endsStream, mayHaveBody, head.contentLength ?? 0 > 0 {
                throw HTTP2MessageError("The content is shorter than its length says.")
            }
            stream.take(Response(head.status, headers: head.headers), length: head.contentLength)
            guard !endsStream else { return finish(stream, trailers: nil) }
            if let length = head.contentLength {
                machine.expectContent(id, length: mayHaveBody ? length : 0)
                guard !mayHaveBody || length <= configuration.responseBodySize else {
                    return refuseSize(stream)
                }
            }
            undecided.append(stream)
        } catch {
            refuse(stream, Self.malformed(error))
        }
    }

    private func refuseSize(_ stream: HTTP2ClientStream) {
        cancel(
            stream,
            HTTPClientError(
                .responseTooLarge,
                "The response is longer than \(configuration.responseBodySize) bytes."
            )
        )
    }

    private func takeData(_ id: HTTP2StreamID, _ bytes: ByteBuffer, endsStream: Bool) {
        guard let stream = streams[id] else {
            machine.consumed(id, bytes.readableBytes)
            return
        }
        stream.take(bytes)
        guard stream.bodyCount <= configuration.responseBodySize else {
            return refuseSize(stream)
        }
        if endsStream { finish(stream, trailers: nil) }
    }

    private func takeTrailers(_ id: HTTP2StreamID, _ block: ByteBuffer) {
        guard decode(block) else { return }
        guard let stream = streams[id] else { return fields.release() }
        do throws(HTTP2MessageError) {
            finish(stream, trailers: try reader.readTrailers(&fields))
        } catch {
            refuse(stream, Self.malformed(error))
        }
    }

    /// The response is complete; what is left of the request is not wanted.
    private func finish(_ stream: HTTP2ClientStream, trailers: Headers?) {
        if !stream.hasRequestEnded {
            machine.reset(stream.id, .cancel)
            markDirty()
        }
        remove(stream)
        stream.finish(trailers: trailers)
        if !stream.hasRequestEnded {
            stream.endRequest(HTTPClientError(.connectionClosed, "The response is complete."))
        }
        stream.ended()
    }

    /// Hands over the responses whose content has not come whole with their heads.
    func startUndecided() {
        var waiting: [HTTP2ClientStream] = []
        swap(&waiting, &undecided)
        for stream in waiting where streams[stream.id] === stream {
            stream.startStreaming()
        }
    }

    private func takeReset(_ id: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        guard let stream = streams[id] else { return }
        remove(stream)
        let error = HTTP2Error.stream(id, code, "The server reset the stream.")
        stream.fail(
            code == .refusedStream
                ? HTTPClientError(
                    .connectionClosed,
                    "The server did not take the request.",
                    isUnsent: !stream.hasResponse,
                    cause: error
                )
                : HTTPClientError(.streamReset, "The server ended the exchange.", cause: error)
        )
    }
}

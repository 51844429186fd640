import HTTPTypes
import Logging
import MartletCore
import MartletTransport
import NIOCore

// MARK: - Sending responses

extension ServerConnection {
    /// Bodies up to this size are copied behind their head, so that both leave in one write.
    private static let copiedBodySize = 16 * 1024
    /// What is gathered is sent before the turn ends when it is more than this.
    private static let gatheredSize = 64 * 1024

    /// Sends a response whose body, if any, is all here.
    func sendWhole(_ response: Response, body: ByteBuffer?) {
        guard !isClosed else { return }
        let body = body ?? response.body.whole ?? ByteBuffer()
        writeHead(response, length: body.readableBytes)
        if !call.isHead, body.readableBytes > 0, Self.allowsBody(response.status) {
            if body.readableBytes <= Self.copiedBodySize {
                out.writeImmutableBuffer(body)
            } else {
                connection?.write(out)
                out = ByteBuffer()
                connection?.write(body)
            }
        }
        if out.readableBytes > Self.gatheredSize {
            sendOutput()
        }
        markDirty()
    }

    /// Sends a response that streams, or that changes the connection's protocol.
    func answerInPieces(_ response: Response) async {
        if response.upgrade != nil {
            await runUpgrade(response)
            return
        }
        let sink = ResponseSink(self, number: call.number)
        await sink.onLoop {
            $0.writeHead(response, length: response.body.length)
            $0.call.isStreamingResponse = true
            $0.markDirty()
        }
        guard !call.isHead, Self.allowsBody(response.status) else {
            response.body.discard()
            await sink.onLoop { $0.finishCall() }
            return
        }
        do {
            try await response.body.write(to: BodyWriter(sink))
            await sink.onLoop { $0.finishStreaming() }
        } catch {
            response.body.discard()
            core.logger.debug("A response broke off.", metadata: ["error": "\(error)"])
            await sink.onLoop { $0.abort() }
        }
    }

    /// Whether a response with this status has content (RFC 9110 §6.4.1).
    private static func allowsBody(_ status: HTTPResponse.Status) -> Bool {
        status.code >= 200 && status.code != 204 && status.code != 304
    }

    /// Writes the head, and remembers how the body is framed.
    private func writeHead(_ response: Response, length: Int?) {
        guard !isClosed else { return }
        prepareOutput()
        let size =
            HeadWriter.size(of: response.status) + HeadWriter.size(of: response.headers)
            + core.serverLine.utf8.count + Self.ownFieldsSize
        let date = shared.dateLine(loop.wallClockSeconds)
        HeadWriter.write(atMost: size, into: &out) { head in
            head.writeStatusLine(response.status)
            if !head.writeFields(response.headers) {
                head.write(date)
            }
            if !core.serverLine.isEmpty, !response.headers.contains(.server) {
                head.write(core.serverLine)
            }
            if Self.allowsBody(response.status) {
                writeFraming(response, length: length, into: &head)
            } else if response.status.code == 304, let length = declaredLength(response) {
                head.writeContentLength(length)
            }
            writePersistence(into: &head)
            head.write("\r\n")
        }
    }

    /// The most bytes of `Date`, the fields of framing, `Connection` and the empty line.
    private static let ownFieldsSize = 160

    private func writePersistence(into head: inout HeadWriter) {
        if isDraining || call.owesContinue || (hasInputEnded && parser.bufferedCount == 0) {
            call.keepsAlive = false
        }
        if !call.keepsAlive {
            head.write("Connection: close\r\n")
        } else if call.minorVersion == 0 {
            head.write("Connection: keep-alive\r\n")
        }
    }

    private func writeFraming(_ response: Response, length: Int?, into head: inout HeadWriter) {
        if let length {
            if call.isHead, length == 0 {
                // It may say how long the body of the answer to a GET would be, and must not say
                // anything else (RFC 9110 §8.6).
                if let declared = declaredLength(response) {
                    head.writeContentLength(declared)
                }
            } else {
                head.writeContentLength(length)
            }
            call.bytesLeft = length
        } else if call.minorVersion == 0 {
            call.keepsAlive = false
            isCloseDelimited = true
        } else {
            head.write("Transfer-Encoding: chunked\r\n")
            call.isChunkedResponse = true
        }
    }

    private func declaredLength(_ response: Response) -> Int? {
        response.headers[.contentLength].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    // MARK: Streaming

    /// Writes one piece of a streamed body.
    ///
    /// - Throws: When the body is longer than it said.
    func writePiece(_ bytes: ByteBuffer) throws {
        guard !isClosed else { throw ConnectionClosedError() }
        if let left = call.bytesLeft {
            guard bytes.readableBytes <= left else {
                throw HTTPError(
                    .internalServerError,
                    detail: "The response body is longer than its length says."
                )
            }
            call.bytesLeft = left - bytes.readableBytes
        }
        prepareOutput()
        if call.isChunkedResponse {
            MessageWriter.writeChunkSize(bytes.readableBytes, into: &out)
        }
        if bytes.readableBytes <= Self.copiedBodySize {
            out.writeImmutableBuffer(bytes)
        } else {
            connection?.write(out)
            out = ByteBuffer()
            connection?.write(bytes)
            prepareOutput()
        }
        if call.isChunkedResponse {
            out.writeStaticString("\r\n")
        }
        if out.readableBytes > Self.gatheredSize {
            sendOutput()
        }
        markDirty()
    }

    private func finishStreaming() {
        guard !isClosed else {
            finishCall()
            return
        }
        if let left = call.bytesLeft, left > 0 {
            core.logger.error("A response body is shorter than its length says.")
            abort()
            return
        }
        if call.isChunkedResponse {
            prepareOutput()
            MessageWriter.writeLastChunk(trailers: call.trailers, into: &out)
        }
        markDirty()
        finishCall()
    }

    /// Cuts the response off, so that the peer cannot take it for whole.
    private func abort() {
        sendOutput()
        cutOff()
        finishCall()
    }

    // MARK: Upgrades

    private func runUpgrade(_ response: Response) async {
        guard let upgrade = response.upgrade else { return }
        guard call.asksForUpgrade || call.isConnect, !call.isBodyPending else {
            core.logger.error("A handler upgraded a request that cannot be.")
            await answer500()
            return
        }
        let sink = ResponseSink(self, number: call.number)
        let incoming = IncomingBody(
            limit: core.limits.bodyBufferSize,
            startsPaused: false
        ) { [weak self, loop] signal in
            loop.run { [weak self] in self?.upgradeSignal(signal) }
        }
        await sink.onLoop { $0.beginUpgrade(response, upgrade, incoming) }
        do {
            try await upgrade.run(
                UpgradedConnection(
                    inbound: Body(arriving: incoming, length: nil),
                    outbound: BodyWriter(sink)
                )
            )
        } catch {
            core.logger.debug("An upgraded connection ended.", metadata: ["error": "\(error)"])
        }
        await sink.onLoop {
            $0.call.keepsAlive = false
            $0.call.isBodyPending = false
            $0.finishCall()
        }
    }

    private func answer500() async {
        let sink = ResponseSink(self, number: call.number)
        await sink.onLoop {
            $0.call.keepsAlive = false
            $0.sendWhole(HTTPError(.internalServerError).response(), body: nil)
            $0.finishCall()
        }
    }

    private func beginUpgrade(
        _ response: Response,
        _ upgrade: ConnectionUpgrade,
        _ incoming: IncomingBody
    ) {
        guard !isClosed else {
            incoming.fail(ConnectionClosedError())
            return
        }
        prepareOutput()
        let size = HeadWriter.size(of: response.status) + HeadWriter.size(of: response.headers)
        HeadWriter.write(atMost: size, into: &out) { head in
            head.writeStatusLine(response.status)
            _ = head.writeFields(response.headers)
        }
        if let name = upgrade.protocolName {
            out.writeString("Upgrade: \(name)\r\nConnection: Upgrade\r\n")
        }
        out.writeStaticString("\r\n")
        markDirty()
        let rest = parser.passThrough()
        call.incoming = incoming
        call.isBodyPending = true
        call.isStreamingResponse = true
        call.deadline = nil
        deadlineTick = TickTimers.never
        phase = .upgraded
        clearTimeout()
        if rest.readableBytes > 0 {
            _ = incoming.push(rest)
        }
        process()
    }

    private func upgradeSignal(_ signal: IncomingBody.Signal) {
        guard case .upgraded = phase else { return }
        call.isReadingHeld = false
        connection?.resumeReading()
        process()
    }
}

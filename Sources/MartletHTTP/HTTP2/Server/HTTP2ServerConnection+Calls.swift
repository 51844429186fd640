import HTTPTypes
import Logging
import MartletCore
import MartletTransport
import NIOCore

// MARK: - Running handlers

extension HTTP2ServerConnection {
    /// Runs the handler for a request, on this loop, now.
    func start(_ stream: HTTP2ServerStream, _ content: RequestContent, body: Body) {
        content.body = body
        content.peer = peer
        loop.activity.begin()
        switch core.resolve(content, scope: stream) {
        case .synchronous(let handler):
            answerNow(stream, Request(content), handler)
        case .asynchronous(let handler):
            startTask(stream, TaskWork(request: Request(content), handler: handler))
        case .relayed(let handler):
            stream.startRelay(Request(content), handler)
        }
        loop.activity.end()
    }

    /// Answers a request whose handler does not suspend: no task is made.
    private func answerNow(
        _ stream: HTTP2ServerStream,
        _ request: Request,
        _ handler: any SynchronousHandler<Request, Response>
    ) {
        var context = CallContext()
        context.scope = stream
        let response: Response
        do {
            response = try handler.respond(to: request, context: context)
        } catch {
            response = core.response(to: error, context: context)
        }
        send(response, on: stream)
    }

    func startTask(_ stream: HTTP2ServerStream, _ work: TaskWork) {
        shared.starting = work
        stream.startTask { await self.run(stream) }
    }

    /// The body of a stream's task: handler, then answer.
    private func run(_ stream: HTTP2ServerStream) async {
        guard let work = shared.starting.take() else { return }
        var context = CallContext()
        context.scope = stream
        let response: Response
        do {
            response = checked(
                try await work.handler.handle(work.request, context: context),
                on: stream
            )
        } catch {
            response = core.response(to: error, context: context)
        }
        if loop.isCurrent, response.upgrade == nil, let body = response.body.whole {
            loop.turn { sendWhole(response, body, on: stream) }
        } else {
            await sendInPieces(response, on: stream)
        }
    }

    /// Sends an answer that no task waits to send; one that streams gets a task.
    func send(_ response: Response, on stream: HTTP2ServerStream) {
        let response = checked(response, on: stream)
        if response.upgrade == nil, let body = response.body.whole {
            sendWhole(response, body, on: stream)
        } else {
            stream.startTask { await self.sendInPieces(response, on: stream) }
        }
    }

    /// Answers a request that has no handler.
    func answer(_ error: HTTPError, on stream: HTTP2ServerStream) {
        let response = error.response()
        sendWhole(response, response.body.whole ?? ByteBuffer(), on: stream)
    }
}

// MARK: - Sending responses

extension HTTP2ServerConnection {
    private static func allowsBody(_ status: HTTPResponse.Status) -> Bool {
        status.code >= 200 && status.code != 204 && status.code != 304
    }

    private func sendWhole(_ response: Response, _ body: ByteBuffer, on stream: HTTP2ServerStream) {
        guard streams[stream.id] === stream else { return }
        let mayHaveBody = !stream.isHead && Self.allowsBody(response.status)
        let trailers = mayHaveBody ? response.body.trailers : nil
        let hasBody = mayHaveBody && (body.readableBytes > 0 || trailers != nil)
        // Who sends trailers says with them that the content is whole.
        let length = trailers == nil ? body.readableBytes : nil
        sendHead(response, length: length, on: stream, endsStream: !hasBody)
        guard hasBody else { return finish(stream) }
        stream.trailers = trailers
        stream.out = body
        stream.endsAfterOut = true
        pump(stream)
    }

    func sendHead(
        _ response: Response,
        length: Int?,
        on stream: HTTP2ServerStream,
        endsStream: Bool
    ) {
        stream.owesContinue = false
        prepareOutput()
        machine.sendHeaders(stream.id, endsStream: endsStream) { block in
            encoder.encodeStatus(response.status.code, into: &block)
            let present = encoder.encode(response.headers, into: &block)
            if !present.contains(.date) {
                encoder.encode("date", shared.date(loop.wallClockSeconds), into: &block)
            }
            if let name = core.serverName, !present.contains(.server) {
                encoder.encode("server", name, into: &block)
            }
            if Self.allowsBody(response.status), let length, !stream.isHead || length > 0 {
                encoder.encodeContentLength(length, into: &block)
            } else if let declared = response.headers[.contentLength].flatMap({ Int($0) }) {
                encoder.encodeContentLength(declared, into: &block)
            }
        }
        markDirty()
    }

    /// Sends what a stream has to say, as far as the windows and the socket allow.
    func pump(_ stream: HTTP2ServerStream) {
        guard let connection else { return }
        guard connection.isWritable else {
            waitingForSocket.append(stream.id)
            return
        }
        markDirty()
        let trailers = stream.endsAfterOut ? stream.trailers : nil
        let ends = stream.endsAfterOut && trailers == nil
        switch machine.sendData(stream.id, &stream.out, endsStream: ends) {
        case .blocked:
            return
        case .closed:
            stream.out = ByteBuffer()
            stream.resumeWriter(throwing: ConnectionClosedError())
        case .sent:
            stream.out = ByteBuffer()
            if let trailers {
                machine.sendHeaders(stream.id, endsStream: true) { block in
                    _ = encoder.encode(trailers, into: &block)
                }
            }
            stream.resumeWriter()
            if stream.endsAfterOut { finish(stream) }
        }
    }

    /// The answer is out.
    private func finish(_ stream: HTTP2ServerStream) {
        stream.ended()
        if stream.hasRequestEnded {
            streams.removeValue(forKey: stream.id)
        } else {
            // A little more of the request is let come; most clients are just sending its end.
            stream.isAnswered = true
            stream.bodyCount = 0
            stream.bodyDue = loop.tick(after: Self.lateTime)
        }
        markDirty()
    }

    /// How long the end of a request that has been answered is waited for.
    private static let lateTime = Duration.seconds(1)
    /// How much of such a request is thrown away before it is reset (RFC 9113 §8.1).
    private static let lateSize = 64 * 1024

    /// Throws a piece of a request away that has been answered.
    func dropLate(_ stream: HTTP2ServerStream, _ count: Int) {
        machine.consumed(stream.id, count)
        if stream.hasRequestEnded {
            streams.removeValue(forKey: stream.id)
        } else if stream.bodyCount > Self.lateSize {
            reset(stream.id, .noError, ConnectionClosedError())
        }
    }

    // MARK: Streaming

    private func sendInPieces(_ response: Response, on stream: HTTP2ServerStream) async {
        let sink = HTTP2ResponseSink(self, stream)
        if let upgrade = response.upgrade {
            await runTunnel(response, upgrade, sink, stream)
            return
        }
        let hasBody = !stream.isHead && Self.allowsBody(response.status)
        await sink.onLoop { connection, stream in
            stream.responseLeft = hasBody ? response.body.length : nil
            connection.sendHead(
                response,
                length: response.body.length,
                on: stream,
                endsStream: !hasBody
            )
            if !hasBody { connection.finish(stream) }
        }
        guard hasBody else {
            response.body.discard()
            return
        }
        do {
            try await response.body.write(to: BodyWriter(sink))
            await sink.onLoop { connection, stream in connection.finishStreaming(stream) }
        } catch {
            response.body.discard()
            core.logger.debug("A response broke off.", metadata: ["error": "\(error)"])
            await sink.onLoop { connection, stream in
                connection.reset(stream.id, .internalError, error)
            }
        }
    }

    func finishStreaming(_ stream: HTTP2ServerStream) {
        if let left = stream.responseLeft, left > 0 {
            core.logger.error("A response body is shorter than its length says.")
            reset(stream.id, .internalError, ConnectionClosedError())
            return
        }
        stream.endsAfterOut = true
        pump(stream)
    }
}

import HTTPTypes
import Logging
import MartletCore
import MartletTransport
import NIOCore

// MARK: - CONNECT, with a protocol and without

extension HTTP2ServerStream {
    /// What the stream of a CONNECT brings (RFC 9113 §8.5, RFC 8441 §5): bytes, not content.
    struct Tunnel {
        let inbound: IncomingBody
        /// The protocol that was asked for; nil for a CONNECT to a host.
        let protocolName: String?
        /// Whether the handler has taken it.
        var isOpen = false
    }

    /// Cancels a tunnel, which would else go on for as long as its ends like.
    func drain() {
        if tunnel?.isOpen == true { cancel() }
    }
}

extension HTTP2ServerConnection {
    /// Starts the handler of a CONNECT: what comes on the stream waits until there is a tunnel.
    func startConnect(_ stream: HTTP2ServerStream, _ head: HTTP2RequestHead) {
        let inbound = IncomingBody(
            limit: core.limits.bodyBufferSize,
            startsPaused: false
        ) { [weak stream, loop] signal in
            loop.run { [weak stream] in stream?.bodySignal(signal) }
        }
        stream.expectTunnel(.init(inbound: inbound, protocolName: head.protocolName))
        if stream.hasRequestEnded { inbound.finish(trailers: nil) }
        let content = head.content
        if let name = head.protocolName {
            // To a handler it is the GET that it stands for.
            content.method = .get
            content.connectProtocol = name
        }
        if content.scheme.isEmpty { content.scheme = peer?.isSecure == true ? "https" : "http" }
        start(stream, content, body: Body())
    }

    /// What is answered to a request, when its handler's answer cannot be.
    ///
    /// A client takes every 2xx to a CONNECT for a tunnel; of a handler that makes none it is told
    /// that there is none.
    func checked(_ response: Response, on stream: HTTP2ServerStream) -> Response {
        guard let upgrade = response.upgrade else {
            guard stream.tunnel != nil, (200..<300).contains(response.status.code) else {
                return response
            }
            response.body.discard()
            return HTTPError(.notImplemented, detail: "There is no tunnel here.").response()
        }
        let asked = stream.tunnel?.protocolName?.lowercased()
        guard stream.tunnel != nil, asked == upgrade.protocolName?.lowercased() else {
            core.logger.error("A handler upgraded a request that did not ask for that.")
            return HTTPError(.internalServerError).response()
        }
        return response
    }

    /// Makes a tunnel of a stream, until one of its ends is done.
    func runTunnel(
        _ response: Response,
        _ upgrade: ConnectionUpgrade,
        _ sink: HTTP2ResponseSink,
        _ stream: HTTP2ServerStream
    ) async {
        let inbound = await sink.onLoop { connection, stream in
            connection.openTunnel(response, on: stream)
        }
        guard let inbound else { return }
        do {
            try await upgrade.run(
                UpgradedConnection(
                    inbound: Body(arriving: inbound, length: nil),
                    outbound: BodyWriter(sink)
                )
            )
            await sink.onLoop { connection, stream in connection.finishStreaming(stream) }
        } catch {
            core.logger.debug("A tunnel ended.", metadata: ["error": "\(error)"])
            // What the end of a TCP connection by RST is to a stream: RFC 9113 §8.5, RFC 8441 §5.
            let code = upgrade.protocolName == nil ? HTTP2ErrorCode.connectError : .cancel
            await sink.onLoop { connection, stream in
                connection.reset(stream.id, code, error)
            }
        }
    }

    /// Answers 200, after which the stream carries bytes.
    ///
    /// - Returns: Those that come; nil when the stream is gone.
    private func openTunnel(
        _ response: Response,
        on stream: HTTP2ServerStream
    ) -> IncomingBody? {
        guard streams[stream.id] === stream, let inbound = stream.openTunnel() else { return nil }
        var head = response
        // HTTP/2 has no 101 (RFC 9113 §8.6), and a tunnel no length.
        head.status = .ok
        head.headers.remove(.contentLength)
        sendHead(head, length: nil, on: stream, endsStream: false)
        if isDraining { stream.drain() }
        return inbound
    }
}

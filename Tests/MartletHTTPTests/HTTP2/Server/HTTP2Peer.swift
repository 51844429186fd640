import HTTPTypes
import NIOCore

@testable import MartletHTTP

/// A client of HTTP/2 for tests: it sends what it is told to, and keeps what it is answered.
final class HTTP2Peer {
    struct Answer: Equatable {
        var status = 0
        var interim: [Int] = []
        var headers = Headers()
        var body = ""
        var trailers: Headers?
        var hasEnded = false
        var reset: MartletHTTP.HTTP2ErrorCode?
    }

    var machine: HTTP2Machine
    var encoder = HPACKEncoder()
    private var decoder = HPACKDecoder()
    private var fields = HPACKFieldBlock()
    private var reader = HTTP2HeadReader()
    private(set) var answers: [HTTP2StreamID: Answer] = [:]
    private(set) var goAways: [MartletHTTP.HTTP2ErrorCode] = []
    private(set) var failure: HTTP2Error?
    /// Whether the windows of what came are given back at once.
    var isReading = true
    private let server: VirtualServer

    init(_ server: VirtualServer, limits: HTTP2Limits = HTTP2Limits()) {
        self.server = server
        machine = HTTP2Machine(role: .client, limits: SharedHTTP2Limits(limits))
        machine.start()
    }

    subscript(stream: HTTP2StreamID?) -> Answer { stream.flatMap { answers[$0] } ?? Answer() }

    /// Writes a request, which leaves with ``exchange()``.
    func request(
        _ method: HTTPRequest.Method = .get,
        _ target: String = "/",
        _ headers: Headers = Headers(),
        length: Int? = nil,
        protocolName: String? = nil,
        authority: String = "a",
        ends: Bool = true
    ) -> HTTP2StreamID? {
        machine.openStream(endsStream: ends) { block in
            encoder.encodeRequest(
                method: method,
                scheme: "http",
                authority: authority,
                target: target,
                protocolName: protocolName,
                into: &block
            )
            _ = encoder.encode(headers, into: &block)
            if let length { encoder.encodeContentLength(length, into: &block) }
        }
    }

    /// Writes content.
    ///
    /// - Returns: How much no window took.
    @discardableResult
    func send(_ text: String, on stream: HTTP2StreamID?, ends: Bool = false) -> Int {
        var bytes = ByteBuffer(string: text)
        guard let stream else { return bytes.readableBytes }
        _ = machine.sendData(stream, &bytes, endsStream: ends)
        return bytes.readableBytes
    }

    /// Sends what was written, in pieces of `size` bytes, and takes the answers, until neither has
    /// anything to say.
    func exchange(inPiecesOf size: Int = .max) throws {
        repeat {
            var sent = ByteBuffer()
            swap(&sent, &machine.output)
            repeat {
                let count = min(size, sent.readableBytes)
                let piece = sent.readSlice(length: count) ?? ByteBuffer()
                take(try server.exchange(piece))
            } while sent.readableBytes > 0
        } while machine.output.readableBytes > 0
    }

    /// Takes bytes from the server.
    func take(_ bytes: ByteBuffer) {
        machine.receive(bytes)
        while true {
            switch machine.next() {
            case .needsMore:
                return
            case .headers(let id, let block, let endsStream):
                takeHead(id, block, endsStream)
            case .data(let id, let bytes, let endsStream):
                answers[id, default: Answer()].body += String(buffer: bytes)
                answers[id]?.hasEnded = endsStream
                if isReading { machine.consumed(id, bytes.readableBytes) }
            case .trailers(let id, let block):
                if decode(block) { answers[id]?.trailers = try? reader.readTrailers(&fields) }
                answers[id]?.hasEnded = true
            case .reset(let id, let code):
                answers[id, default: Answer()].reset = code
            case .goAway(_, let code):
                goAways.append(code)
            case .connectionError(let error):
                failure = error
                return
            case .settingsChanged(let settings):
                encoder.limitTable(to: settings.headerTableSize)
            case .discardedHeaders(let block):
                _ = decode(block)
            case .streamError, .writable, .settingsAcknowledged, .pingAcknowledged:
                break
            }
        }
    }

    private func decode(_ block: ByteBuffer) -> Bool {
        (try? decoder.decode(block, into: &fields)) != nil
    }

    private func takeHead(_ id: HTTP2StreamID, _ block: ByteBuffer, _ endsStream: Bool) {
        guard decode(block) else { return }
        guard answers[id]?.status ?? 0 < 200 else {
            // Without content in between, only the status tells trailers from a head.
            answers[id]?.trailers = try? reader.readTrailers(&fields)
            answers[id]?.hasEnded = endsStream
            return
        }
        guard let head = try? reader.readResponse(&fields) else { return }
        if head.status.code < 200 {
            answers[id, default: Answer()].interim.append(head.status.code)
        } else {
            answers[id, default: Answer()].status = head.status.code
            answers[id]?.headers = head.headers
            answers[id]?.hasEnded = endsStream
        }
    }
}

import HTTPTypes
import MartletHTTP
import NIOCore

/// What a parser made of bytes, in a form that can be compared.
///
/// Pieces of content are joined, because where they are cut depends on how the bytes came.
struct ParserTrace: Equatable {
    var events: [String] = []
    /// The status that the message was refused with.
    var refusal: Int?
    /// The largest content that a head announced or that came.
    var largestBody = 0
    /// The most fields that a head had.
    var largestHeaderCount = 0
    private var content: [UInt8] = []

    /// What a server makes of requests that come in `pieces`.
    static func requests(_ pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()) -> ParserTrace {
        var parser = RequestParser(limits: SharedLimits(limits))
        var trace = ParserTrace()
        for piece in pieces {
            parser.feed(ByteBuffer(bytes: piece))
            parsing: while true {
                switch parser.next() {
                case .needsMore: break parsing
                case .head(let head): trace.note(head)
                case .data(let bytes): trace.note(content: bytes)
                case .end(let trailers): trace.noteEnd(trailers)
                case .refused(let error):
                    trace.note(error)
                    break parsing
                }
            }
        }
        trace.flush()
        return trace
    }

    /// What a client makes of the responses to `method` that come in `pieces`.
    static func responses(
        _ pieces: [[UInt8]],
        to method: String = "GET",
        limits: HTTPLimits = HTTPLimits(),
        closes: Bool = false
    ) -> ParserTrace {
        var parser = ResponseParser(limits: SharedLimits(limits))
        parser.expect(responseTo: HTTPRequest.Method(method) ?? .get)
        var trace = ParserTrace()
        for piece in pieces {
            parser.feed(ByteBuffer(bytes: piece))
            parsing: while true {
                switch parser.next() {
                case .needsMore: break parsing
                case .head(let head): trace.note(head)
                case .data(let bytes): trace.note(content: bytes)
                case .end(let trailers): trace.noteEnd(trailers)
                case .refused(let error):
                    trace.note(error)
                    break parsing
                }
            }
        }
        if closes, case .end(let trailers) = parser.finish() {
            trace.noteEnd(trailers)
        }
        trace.flush()
        return trace
    }

    private mutating func note(_ head: RequestHead) {
        largestHeaderCount = max(largestHeaderCount, head.headers.count)
        if case .length(let length) = head.framing { largestBody = max(largestBody, length) }
        events.append(
            """
            \(head.method) \(head.target) \(head.scheme ?? "-") \(head.authority) \
            1.\(head.minorVersion) \(head.framing) keeps=\(head.keepsAlive) \
            continue=\(head.expectsContinue) upgrade=\(head.asksForUpgrade)
            \(head.headers)
            """
        )
    }

    private mutating func note(_ head: ResponseHead) {
        largestHeaderCount = max(largestHeaderCount, head.headers.count)
        if case .length(let length) = head.framing { largestBody = max(largestBody, length) }
        events.append(
            """
            \(head.status.code) \(head.status.reasonPhrase) \(head.framing) \
            keeps=\(head.keepsAlive)
            \(head.headers)
            """
        )
    }

    private mutating func note(content bytes: ByteBuffer) {
        if bytes.readableBytes == 0 { events.append("an empty piece") }
        if refusal != nil { events.append("content after a refusal") }
        content += bytes.readableBytesView
        largestBody = max(largestBody, content.count)
    }

    private mutating func noteEnd(_ trailers: Headers?) {
        flush()
        events.append("end \(trailers.map(\.description) ?? "-")")
    }

    private mutating func note(_ error: HTTP1Error) {
        // How much of the content came before depends on how the bytes came.
        content = []
        if let refusal {
            if refusal != error.status.code { events.append("refused otherwise: \(error)") }
            return
        }
        refusal = error.status.code
        events.append("refused: \(error)")
    }

    private mutating func flush() {
        if !content.isEmpty {
            events.append("content \(String(decoding: content, as: UTF8.self))")
        }
        content = []
    }
}

extension [UInt8] {
    /// These bytes cut in two at every position, and into single bytes.
    var splits: [[[UInt8]]] {
        indices.map { [Array(self[..<$0]), Array(self[$0...])] } + [map { [$0] }]
    }
}

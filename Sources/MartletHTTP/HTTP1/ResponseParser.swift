package import HTTPTypes
package import NIOCore

/// The head of a response as it was read.
package struct ResponseHead: Sendable {
    /// The status.
    package var status: HTTPResponse.Status
    /// The header fields.
    package var headers: Headers
    /// How the content is framed.
    package var framing: BodyFraming
    /// Whether the connection may carry another exchange.
    package var keepsAlive: Bool
}

/// A client's side of HTTP/1 parsing: bytes in, response heads and content out (RFC 9112).
///
/// As strict as the server's side: a response whose framing is in doubt is refused. Informational
/// responses but 101 are left out.
package struct ResponseParser: ~Copyable {
    /// What came out.
    package enum Event: Sendable {
        /// There is nothing more in the bytes that are here.
        case needsMore
        /// A response begins.
        ///
        /// Unless its framing is `none`, content and an end follow.
        case head(ResponseHead)
        /// A piece of content.
        case data(ByteBuffer)
        /// The content ends.
        case end(trailers: Headers?)
        /// The message is refused.
        case refused(HTTP1Error)
    }

    private enum State {
        case head
        case content
        case refused(HTTP1Error)
    }

    private let shared: SharedLimits
    private var state = State.head
    private var buffer = ByteBuffer()
    private var reader = HeadReader()
    private var line = StatusLine()
    private var content = ContentDecoder()
    private var method = HTTPRequest.Method.get

    package init(limits: SharedLimits) {
        shared = limits
    }

    private var limits: HTTPLimits { shared.values }

    /// How many bytes wait to be parsed.
    package var bufferedCount: Int { buffer.readableBytes }

    /// Whether a chunk-size line has begun that is not complete, or the trailers are to come.
    package var isWithinFraming: Bool {
        if case .content = state { content.isWithinFraming(buffer) } else { false }
    }

    /// Says which method the response to come answers; it decides how that is framed.
    package mutating func expect(responseTo method: HTTPRequest.Method) {
        self.method = method
    }

    /// Takes bytes that arrived.
    package mutating func feed(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            // Else the buffer of a peer that is always half a message ahead grows for ever.
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// Says that the connection has ended.
    ///
    /// - Returns: The end of a body that ends with the connection; nil when a message is cut off.
    package mutating func finish() -> Event? {
        guard case .content = state, content.endsWithConnection else { return nil }
        finishMessage()
        return .end(trailers: nil)
    }

    /// The next event in the bytes that are here.
    package mutating func next() -> Event {
        switch state {
        case .head:
            // A loop, because a server may send any number of informational responses.
            while true {
                if let event = nextHead() { return event }
            }
        case .content:
            return nextContent()
        case .refused(let error):
            return .refused(error)
        }
    }

    private mutating func finishMessage() {
        state = .head
        if buffer.readableBytes == 0 {
            // Lets the socket's read buffer be used again.
            buffer = ByteBuffer()
        }
    }

    private mutating func refuse(_ error: HTTP1Error) -> Event {
        state = .refused(error)
        buffer = ByteBuffer()
        return .refused(error)
    }

    // MARK: Content

    private mutating func nextContent() -> Event {
        switch content.next(from: &buffer, limits: limits) {
        case .needsMore: return .needsMore
        case .data(let piece): return .data(piece)
        case .refused(let error): return refuse(error)
        case .end(let trailers):
            finishMessage()
            return .end(trailers: trailers)
        }
    }

    // MARK: Head

    /// - Returns: Nil after an informational response.
    private mutating func nextHead() -> Event? {
        guard buffer.readableBytes > 0 else { return .needsMore }
        var reader = self.reader
        var line = self.line
        let outcome = buffer.withUnsafeReadableBytes { bytes in
            reader.read(bytes, startLineLimit: limits.requestLineSize, limits: limits) {
                line.parse($0, line: $1)
            }
        }
        switch outcome {
        case .needsMore:
            self.reader = reader
            self.line = line
            return .needsMore
        case .refused(let error):
            return refuse(error)
        case .complete(let length):
            guard let bytes = buffer.readSlice(length: length) else { return .needsMore }
            self.reader = HeadReader()
            self.line = StatusLine()
            let (slices, facts) = reader.fields.take()
            if line.code < 200, line.code != 101 {
                return nil
            }
            return finishHead(line, Headers(bytes: bytes, slices: slices), facts)
        }
    }

    private mutating func finishHead(
        _ line: StatusLine,
        _ headers: Headers,
        _ facts: FieldFacts
    ) -> Event {
        if facts.isChunked, facts.contentLength != nil || line.minorVersion == 0 {
            return refuse(.malformed("A Transfer-Encoding contradicts the rest of the head."))
        }
        let framing = framing(line, facts)
        if framing == .none {
            finishMessage()
        } else {
            state = .content
            if let error = content.begin(framing, limits: limits) { return refuse(error) }
        }
        let mayKeepAlive = line.minorVersion == 1 ? !facts.saysClose : facts.saysKeepAlive
        return .head(
            ResponseHead(
                status: HTTPResponse.Status(code: line.code, reasonPhrase: line.reason),
                headers: headers,
                framing: framing,
                keepsAlive: mayKeepAlive && framing != .untilClose && line.code != 101
            )
        )
    }

    /// How the content of a response is framed (RFC 9112 §6.3).
    private func framing(_ line: StatusLine, _ facts: FieldFacts) -> BodyFraming {
        if method == .head || line.code == 204 || line.code == 304 || line.code == 101 {
            return .none
        }
        if method == .connect, (200..<300).contains(line.code) { return .none }
        if facts.isChunked { return .chunked }
        guard let length = facts.contentLength else { return .untilClose }
        return length == 0 ? .none : .length(length)
    }
}

/// The first line of a response (RFC 9112 §4).
struct StatusLine {
    var code = 0
    var reason = ""
    var minorVersion: UInt8 = 1

    /// Reads `bytes[line]`, which has no CRLF any more.
    ///
    /// - Returns: What is wrong with it, or nil.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, line: Range<Int>) -> HTTP1Error? {
        let text = UnsafeRawBufferPointer(rebasing: bytes[line])
        guard text.count >= 12, text[..<7].elementsEqual("HTTP/1.".utf8),
            ASCII.isDigit(text[7]), text[8] == 0x20,
            text[9..<12].allSatisfy(ASCII.isDigit), text.count == 12 || text[12] == 0x20,
            FieldText.isValid(text, 9..<text.count)
        else {
            return .malformed("The status line is malformed.")
        }
        minorVersion = text[7] == UInt8(ascii: "0") ? 0 : 1
        code = text[9..<12].reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        guard code >= 100 else { return .malformed("The status code is under 100.") }
        reason = Self.knownReason(code, text.dropFirst(13))
        return nil
    }

    /// The reason phrase; the registered one's own string where it is that.
    private static func knownReason(
        _ code: Int,
        _ bytes: Slice<UnsafeRawBufferPointer>
    ) -> String {
        let registered = HTTPResponse.Status(code: code).reasonPhrase
        if bytes.elementsEqual(registered.utf8) { return registered }
        // A phrase is kept only when it can be sent on as it is (RFC 9112 §4).
        return bytes.allSatisfy { (0x20..<0x7F).contains($0) }
            ? String(decoding: bytes, as: UTF8.self) : registered
    }
}

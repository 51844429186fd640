import HTTPTypes
package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A server's side of HTTP/1 parsing: bytes in, request heads and content out (RFC 9112).
///
/// Sans-I/O: it has no clock and no connection. After it has refused something it refuses
/// everything, because nobody can know where the next message begins.
package struct RequestParser: ~Copyable {
    /// What came out.
    package enum Event: Sendable {
        /// There is nothing more in the bytes that are here.
        case needsMore
        /// A request begins.
        ///
        /// Unless its framing is `none`, content and an end follow.
        case head(RequestHead)
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
        case passThrough
    }

    private let shared: SharedLimits
    private var state = State.head
    private var buffer = ByteBuffer()
    private var reader = HeadReader()
    private var line = RequestLine()
    /// The last authority; requests on a connection mostly share it.
    private var authority = ""
    private var content = ContentDecoder()
    /// Whether an empty line was overlooked before the head to come.
    private var hasSkippedLine = false

    package init(limits: SharedLimits) {
        shared = limits
    }

    private var limits: HTTPLimits { shared.values }

    /// The bytes that wait to be parsed.
    package var buffered: ByteBuffer { buffer }

    /// How many bytes wait to be parsed.
    package var bufferedCount: Int { buffer.readableBytes }

    /// Whether a head has begun and is not complete; CR alone may be that of a stray empty line.
    package var isWithinHead: Bool {
        guard case .head = state else { return false }
        return buffer.readableBytes > 1
            || buffer.readableBytesView.first.map { $0 != 0x0D } ?? false
    }

    /// Whether a chunk-size line has begun that is not complete, or the trailers are to come.
    package var isWithinFraming: Bool {
        if case .content = state { content.isWithinFraming(buffer) } else { false }
    }

    /// Overlooks one empty line before a request line (RFC 9112 §2.2).
    ///
    /// - Returns: Whether anything of a head is here then.
    @inline(__always)
    package mutating func beginsHead() -> Bool {
        guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else {
            return false
        }
        return first != 0x0D || beginsHeadBehindEmptyLine()
    }

    @inline(never)
    private mutating func beginsHeadBehindEmptyLine() -> Bool {
        guard let ending = buffer.getInteger(at: buffer.readerIndex, as: UInt16.self) else {
            return false
        }
        guard ending == 0x0D0A, !hasSkippedLine else { return true }
        hasSkippedLine = true
        buffer.moveReaderIndex(forwardBy: 2)
        if buffer.readableBytes == 0 {
            buffer = ByteBuffer()
        }
        return beginsHead()
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

    /// Gives out what is left as it is, from now on: the connection belongs to another protocol.
    package mutating func passThrough() -> ByteBuffer {
        state = .passThrough
        defer { buffer = ByteBuffer() }
        return buffer
    }

    /// The next event in the bytes that are here.
    package mutating func next() -> Event {
        switch state {
        case .head:
            return nextHead()
        case .content:
            return nextContent()
        case .refused(let error):
            return .refused(error)
        case .passThrough:
            guard buffer.readableBytes > 0 else { return .needsMore }
            defer { buffer = ByteBuffer() }
            return .data(buffer)
        }
    }

    /// The whole content, when it is all here; leaves everything as it is when it is not.
    package mutating func takeWholeBody() -> ByteBuffer? {
        guard case .content = state, let body = content.takeWhole(from: &buffer) else { return nil }
        finishMessage()
        return body
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

    private mutating func nextHead() -> Event {
        guard beginsHead() else { return .needsMore }
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
            self.line = RequestLine()
            hasSkippedLine = false
            let (slices, facts) = reader.fields.take()
            return finishHead(line, Headers(bytes: bytes, slices: slices), facts)
        }
    }

    private mutating func finishHead(
        _ line: RequestLine,
        _ headers: Headers,
        _ facts: FieldFacts
    ) -> Event {
        if let error = check(line, facts) ?? noteAuthority(line, headers, facts) {
            return refuse(error)
        }
        let framing = framing(facts)
        if framing == .none {
            finishMessage()
        } else {
            state = .content
            if let error = content.begin(framing, limits: limits) { return refuse(error) }
        }
        return .head(
            RequestHead(
                content: RequestContent(
                    method: line.method,
                    target: line.target,
                    scheme: "",
                    authority: authority,
                    headers: headers,
                    body: Body(),
                    peer: nil
                ),
                scheme: line.scheme,
                minorVersion: line.minorVersion,
                framing: framing,
                keepsAlive: !facts.saysClose && (line.minorVersion == 1 || facts.saysKeepAlive),
                expectsContinue: facts.expectsContinue && line.minorVersion == 1
                    && framing != .none,
                asksForUpgrade: facts.saysUpgrade && facts.hasUpgrade && line.minorVersion == 1
            )
        )
    }

    @inline(__always)
    private func framing(_ facts: FieldFacts) -> BodyFraming {
        if facts.isChunked { return .chunked }
        guard let length = facts.contentLength, length > 0 else { return .none }
        return .length(length)
    }

    private func check(_ line: RequestLine, _ facts: FieldFacts) -> HTTP1Error? {
        if facts.isChunked, facts.contentLength != nil {
            return .malformed("There are both a Content-Length and a Transfer-Encoding.")
        }
        if facts.isChunked, line.minorVersion == 0 {
            return .malformed("HTTP/1.0 has no Transfer-Encoding.")
        }
        if facts.expectsOther {
            return HTTP1Error(.expectationFailed, "The only expectation met is 100-continue.")
        }
        if facts.hostIndex == nil, line.minorVersion == 1 {
            return .malformed("There is no Host field.")
        }
        if line.method == .connect, facts.isChunked || facts.contentLength ?? 0 > 0 {
            return .malformed("CONNECT has no content.")
        }
        return nil
    }

    private func isLastAuthority(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, authority.utf8.count == bytes.count else {
            return false
        }
        return authority.utf8.span.withUnsafeBytes { last in
            last.baseAddress.map { memcmp($0, start, bytes.count) == 0 } ?? false
        }
    }

    private mutating func noteAuthority(
        _ line: RequestLine,
        _ headers: Headers,
        _ facts: FieldFacts
    ) -> HTTP1Error? {
        var error: HTTP1Error?
        if let index = facts.hostIndex {
            headers.withValueBytes(at: index) { bytes in
                if isLastAuthority(bytes) { return }
                if Authority.isValid(bytes) {
                    authority = String(decoding: bytes, as: UTF8.self)
                } else {
                    error = .malformed("The Host field is not a host.")
                }
            }
        } else {
            authority = ""
        }
        if let own = line.authority {
            authority = own
        }
        return error
    }
}

import NIOCore

/// The reader's end of an ``IncomingBody``.
///
/// When nobody holds it any more, nobody will read on, and the connection is told so.
final class IncomingBodyReader: BodySource {
    private let body: IncomingBody

    init(_ body: IncomingBody) {
        self.body = body
    }

    deinit {
        body.cancel()
    }

    var trailers: Headers? { body.trailers }

    func next() async throws -> ByteBuffer? {
        do {
            return try await body.next()
        } catch {
            // Whoever was cancelled, or met an error, does not read on.
            body.cancel()
            throw error
        }
    }

    func nextNow() throws -> ByteBuffer? {
        do {
            return try body.nextNow()
        } catch {
            body.cancel()
            throw error
        }
    }

    func cancel() {
        body.cancel()
    }
}

extension Body {
    /// A body that arrives while it is read.
    init(arriving body: IncomingBody, length: Int?) {
        self.init(storage: .source(IncomingBodyReader(body), length: length))
    }
}

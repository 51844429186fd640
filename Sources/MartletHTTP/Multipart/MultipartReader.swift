import HTTPTypes
import NIOCore
import Synchronization

/// Feeds a body to a parser and hands out its parts.
final class MultipartReader: Sendable {
    private struct State: ~Copyable {
        var parser: MultipartParser
        /// Nil while a task reads from it.
        var input: Body.Iterator?
        /// The number of the part that is being read.
        var part = 0
        /// Whether the part that is being read is over.
        var isPartOver = true
        var failure: MultipartError?
    }

    private let state: Mutex<State>

    init(_ body: Body, parser: consuming MultipartParser) {
        state = Mutex(State(parser: parser, input: body.makeAsyncIterator()))
    }

    /// The next part, once the rest of the one before is skipped; nil at the end.
    func nextPart() async throws -> MultipartPart? {
        while let event = try await nextEvent() {
            switch event {
            case .partBegan(let headers):
                let part = state.withLock { state in
                    state.part += 1
                    state.isPartOver = false
                    return state.part
                }
                let source = PartSource(reader: self, part: part)
                return MultipartPart(
                    headers: headers,
                    body: Body(storage: .source(source, length: nil))
                )
            case .content, .partEnded:
                continue
            case .end:
                try await skipEpilogue()
                return nil
            }
        }
        return nil
    }

    /// The next piece of a part's content; nil at its end.
    fileprivate func nextPiece(of part: Int) async throws -> ByteBuffer? {
        let (current, isOver) = state.withLock { ($0.part, $0.isPartOver) }
        guard current == part else {
            throw HTTPError(
                .internalServerError,
                detail: "A part was read after the next one had been asked for."
            )
        }
        if isOver { return nil }
        guard case .content(let piece)? = try await nextEvent() else {
            state.withLock { $0.isPartOver = true }
            return nil
        }
        return piece
    }

    private func nextEvent() async throws -> MultipartParser.Event? {
        while true {
            if let event = try parse({ (parser) throws(MultipartError) in try parser.next() }) {
                return event
            }
            guard let bytes = try await nextBytes() else {
                try parse { (parser) throws(MultipartError) in try parser.finish() }
                return nil
            }
            try parse { (parser) throws(MultipartError) in try parser.receive(bytes) }
        }
    }

    /// Reads the body to its end, so that the connection can go on.
    private func skipEpilogue() async throws {
        while let bytes = try await nextBytes() {
            try parse { (parser) throws(MultipartError) in try parser.receive(bytes) }
        }
    }

    private func nextBytes() async throws -> ByteBuffer? {
        let taken = state.withLock { state in
            defer { state.input = nil }
            return state.input
        }
        guard var input = taken else {
            throw HTTPError(
                .internalServerError,
                detail: "A multipart body was read by two tasks at once."
            )
        }
        defer { state.withLock { [input] in $0.input = input } }
        return try await input.next()
    }

    /// Works with the parser; what it throws once it throws for ever.
    private func parse<Result: Sendable>(
        _ work: (inout MultipartParser) throws(MultipartError) -> Result
    ) throws -> Result {
        do throws(MultipartError) {
            return try state.withLock { state throws(MultipartError) in
                if let failure = state.failure { throw failure }
                do throws(MultipartError) {
                    return try work(&state.parser)
                } catch {
                    state.failure = error
                    throw error
                }
            }
        } catch {
            throw error.asHTTPError
        }
    }
}

/// The content of one part.
private final class PartSource: BodySource {
    private let reader: MultipartReader
    private let part: Int

    init(reader: MultipartReader, part: Int) {
        self.reader = reader
        self.part = part
    }

    var trailers: Headers? { nil }

    func next() async throws -> ByteBuffer? {
        try await reader.nextPiece(of: part)
    }

    /// Nothing to do: what is not read is skipped when the next part is asked for.
    func cancel() {}
}

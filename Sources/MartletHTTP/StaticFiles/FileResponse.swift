import HTTPTypes
import MartletTransport
import NIOCore

/// Answers one GET or HEAD with one file; made and used off the event loop.
struct FileResponse {
    let file: FoundFile
    let request: Request
    /// The present, in seconds since 1970.
    let now: Int64

    /// Completes a response that has its `Content-Type`.
    func apply(to base: Response) throws -> Response {
        var response = base
        let coding = base.headers[.contentEncoding].map { "-\($0)" } ?? ""
        let time = file.modified.seconds * 1_000_000_000 + file.modified.nanoseconds
        let validators = Preconditions.Validators(
            tag: EntityTag(
                String(file.size, radix: 16) + "-" + String(time, radix: 16) + coding
            ),
            lastModified: file.modified.seconds
        )
        response.headers[.eTag] = validators.tag.description
        // A date in the future would be a lie about the past (RFC 9110 §8.8.2.1).
        if file.modified.seconds <= now {
            response.headers[.lastModified] = HTTPDate.format(
                secondsSince1970: file.modified.seconds
            )
        }
        let preconditions = Preconditions(request)
        switch preconditions.evaluate(validators) {
        case .failed:
            throw HTTPError(.preconditionFailed, headers: [.eTag: validators.tag.description])
        case .notModified:
            response.status = .notModified
            for name in [.contentType, .acceptRanges, .contentEncoding] as [HTTPField.Name] {
                response.headers.remove(name)
            }
            return response
        case .proceed:
            break
        }
        guard request.method == .get, let field = request.headers[.range],
            preconditions.heedsRange(validators, now: now)
        else {
            response.body = try body(0..<file.size)
            return response
        }
        switch ByteRanges(field, length: file.size, limit: StaticFiles.maximumRanges) {
        case .everything:
            response.body = try body(0..<file.size)
        case .unsatisfiable:
            throw HTTPError(
                .rangeNotSatisfiable,
                headers: [.contentRange: "bytes */\(file.size)", .acceptRanges: "bytes"]
            )
        case .parts(let ranges):
            try apply(ranges, to: &response)
        }
        return response
    }

    /// Makes a 206 of one range, or of several as `multipart/byteranges` (RFC 9110 §14.6).
    private func apply(_ ranges: [Range<Int>], to response: inout Response) throws {
        response.status = .partialContent
        if ranges.count == 1 {
            response.headers[.contentRange] = contentRange(ranges[0])
            response.body = try body(ranges[0])
            return
        }
        let boundary =
            String(UInt64.random(in: 0...UInt64.max), radix: 36)
            + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let type = response.headers[.contentType] ?? "application/octet-stream"
        response.headers[.contentType] = "multipart/byteranges; boundary=\(boundary)"
        let heads = ranges.map { range in
            "\r\n--\(boundary)\r\nContent-Type: \(type)\r\n"
                + "Content-Range: \(contentRange(range))\r\n\r\n"
        }
        let end = "\r\n--\(boundary)--\r\n"
        let length =
            zip(ranges, heads).reduce(end.utf8.count) { $0 + $1.0.count + $1.1.utf8.count }
        let handle = try file.openForReading()
        response.body = Body(length: length) { writer in
            for (range, head) in zip(ranges, heads) {
                try await writer.write(head)
                try await FileResponse.write(handle, range, to: writer)
            }
            try await writer.write(end)
        }
    }

    /// The content: read at once when it is short and wanted, else as the client takes it.
    private func body(_ range: Range<Int>) throws -> Body {
        guard !range.isEmpty else { return Body() }
        let handle = try file.openForReading()
        if range.count <= StaticFiles.wholeLimit, request.method == .get {
            return Body(try handle.read(at: range.lowerBound, count: range.count))
        }
        return Body(length: range.count) { writer in
            try await FileResponse.write(handle, range, to: writer)
        }
    }

    private static func write(
        _ handle: FileHandle,
        _ range: Range<Int>,
        to writer: BodyWriter
    ) async throws {
        var position = range.lowerBound
        while position < range.upperBound {
            let start = position
            let count = min(StaticFiles.chunkSize, range.upperBound - start)
            let chunk = try await offLoop("read file") {
                try handle.read(at: start, count: count)
            }
            try await writer.write(chunk)
            position += count
        }
    }

    private func contentRange(_ range: Range<Int>) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
    }
}

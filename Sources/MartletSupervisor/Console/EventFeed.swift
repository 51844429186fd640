import HTTPTypes
import MartletHTTP
import NIOCore

/// The console's live feed: server-sent events of states and lines (WHATWG HTML §9.2).
///
/// A page that comes back with `Last-Event-ID` gets what it has missed, as far as the journal
/// still has it. A page that does not keep up is told how many lines it has lost.
struct EventFeed: Sendable {
    /// How many earlier lines a page is given.
    static let historyLines = 500
    private static let lastEventID = HTTPField.Name(known: "Last-Event-ID")

    let supervisor: Supervisor

    func response(to request: Request) throws -> Response {
        guard let entries = supervisor.journal.follow() else {
            throw HTTPError(
                .serviceUnavailable,
                detail: "\(Journal.maximumFollowers) pages follow already."
            )
        }
        let seen = request.headers[Self.lastEventID].flatMap { UInt64($0) } ?? 0
        let supervisor = supervisor
        let headers: Headers = [
            .contentType: "text/event-stream", .cacheControl: "no-store",
        ]
        return Response(
            .ok,
            headers: headers,
            body: Body { writer in
                try await Self.write(entries, of: supervisor, after: seen, to: writer)
            }
        )
    }

    private static func write(
        _ entries: AsyncStream<Journal.Entry>,
        of supervisor: Supervisor,
        after seen: UInt64,
        to writer: BodyWriter
    ) async throws {
        var last = seen
        var start = ByteBuffer(string: "retry: 1000\n")
        try append("status", ConsoleMessages.Status(supervisor), to: &start)
        for line in supervisor.journal.lines(after: seen).suffix(historyLines) {
            last = line.sequence
            try append("line", id: last, ConsoleMessages.Line(line), to: &start)
        }
        try await writer.write(start)
        try await writer.flush()
        for await entry in entries {
            var event = ByteBuffer()
            switch entry {
            case .statusChanged:
                try append("status", ConsoleMessages.Status(supervisor), to: &event)
            case .line(let line):
                guard line.sequence > last else { continue }
                if last > 0, line.sequence > last + 1 {
                    let lost = line.sequence - last - 1
                    try append("gap", ConsoleMessages.Gap(lines: lost), to: &event)
                }
                last = line.sequence
                try append("line", id: last, ConsoleMessages.Line(line), to: &event)
            }
            try await writer.write(event)
            try await writer.flush()
        }
    }

    private static func append(
        _ name: String,
        id: UInt64? = nil,
        _ value: some Encodable,
        to buffer: inout ByteBuffer
    ) throws {
        buffer.writeString("event: \(name)\n")
        if let id { buffer.writeString("id: \(id)\n") }
        buffer.writeString("data: ")
        try JSON.encode(value, into: &buffer)
        buffer.writeString("\n\n")
    }
}

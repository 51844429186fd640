import HTTPTypes
import MartletHTTP
import NIOCore

/// The console's live feed: server-sent events of states and lines.
///
/// A page that comes back with `Last-Event-ID` gets what it has missed, as far as the journal
/// still has it. A page that does not keep up is told how many lines it has lost.
struct EventFeed: Sendable {
    /// How many earlier lines a page is given.
    static let historyLines = 500
    /// How long a page waits before it connects again.
    static let retry = Duration.seconds(1)

    let supervisor: Supervisor

    func response(to request: Request) throws -> Response {
        guard let entries = supervisor.journal.follow() else {
            throw HTTPError(
                .serviceUnavailable,
                detail: "\(Journal.maximumFollowers) pages follow already."
            )
        }
        let seen = request.lastEventID.flatMap { UInt64($0) } ?? 0
        let supervisor = supervisor
        return .events { writer in
            var last = seen
            try await writer.send(Self.status(of: supervisor, retry: Self.retry))
            for line in supervisor.journal.lines(after: seen).suffix(Self.historyLines) {
                last = line.sequence
                try await writer.send(Self.event(line))
            }
            for await entry in entries {
                switch entry {
                case .statusChanged:
                    try await writer.send(Self.status(of: supervisor))
                case .line(let line):
                    guard line.sequence > last else { continue }
                    if last > 0, line.sequence > last + 1 {
                        let gap = ConsoleMessages.Gap(lines: line.sequence - last - 1)
                        try await writer.send(Self.event("gap", gap))
                    }
                    last = line.sequence
                    try await writer.send(Self.event(line))
                }
            }
        }
    }

    private static func status(
        of supervisor: Supervisor,
        retry: Duration? = nil
    ) throws -> ServerSentEvent {
        var event = try event("status", ConsoleMessages.Status(supervisor))
        event.retry = retry
        return event
    }

    private static func event(_ line: JournalLine) throws -> ServerSentEvent {
        var event = try event("line", ConsoleMessages.Line(line))
        event.id = String(line.sequence)
        return event
    }

    private static func event(_ name: String, _ value: some Encodable) throws -> ServerSentEvent {
        ServerSentEvent(data: String(buffer: try JSON.encode(value)), event: name)
    }
}

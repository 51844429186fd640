package import NIOCore

/// One message of an event stream (WHATWG HTML §9.2).
public struct ServerSentEvent: Hashable, Sendable {
    /// The kind of event that the browser dispatches; `message` when nil.
    public var event: String?

    /// What the event carries; text of several lines arrives as it is, with each line break as LF.
    ///
    /// Without data the browser dispatches nothing.
    public var data: String?

    /// What the browser sends back as `Last-Event-ID` when it reconnects.
    public var id: String?

    /// How long the browser waits before it reconnects, in whole milliseconds.
    public var retry: Duration?

    /// Text that clients ignore.
    public var comment: String?

    /// Makes an event.
    ///
    /// Line breaks and NUL cannot occur in `event` and `id`; each is sent as a space.
    public init(
        data: String? = nil,
        event: String? = nil,
        id: String? = nil,
        retry: Duration? = nil,
        comment: String? = nil
    ) {
        self.data = data
        self.event = event
        self.id = id
        self.retry = retry
        self.comment = comment
    }

    /// Appends the event as it is sent.
    package func write(into buffer: inout ByteBuffer) {
        if let comment {
            ServerSentEvent.write(comment, as: ":", into: &buffer)
        }
        if let event {
            ServerSentEvent.write(ServerSentEvent.oneLine(event), as: "event:", into: &buffer)
        }
        if let data {
            ServerSentEvent.write(data, as: "data:", into: &buffer)
        }
        if let id {
            ServerSentEvent.write(ServerSentEvent.oneLine(id), as: "id:", into: &buffer)
        }
        if let retry {
            let parts = max(.zero, retry).components
            let milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
            ServerSentEvent.write(String(milliseconds), as: "retry:", into: &buffer)
        }
        buffer.writeStaticString("\n")
    }

    /// Writes each line of a text with a field's name before it.
    ///
    /// CR, LF and CR LF end a line, and nothing else does.
    private static func write(
        _ text: String,
        as field: StaticString,
        into buffer: inout ByteBuffer
    ) {
        var rest = Substring(text).utf8
        while true {
            let line = rest.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
            buffer.writeStaticString(field)
            buffer.writeStaticString(" ")
            buffer.writeSubstring(Substring(line))
            buffer.writeStaticString("\n")
            rest = rest[line.endIndex...]
            guard let terminator = rest.popFirst() else { return }
            if terminator == UInt8(ascii: "\r"), rest.first == UInt8(ascii: "\n") {
                rest.removeFirst()
            }
        }
    }

    private static func oneLine(_ text: String) -> String {
        let breaks: [UInt8] = [0, UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        guard text.utf8.contains(where: breaks.contains) else { return text }
        let bytes = text.utf8.map { breaks.contains($0) ? UInt8(ascii: " ") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}

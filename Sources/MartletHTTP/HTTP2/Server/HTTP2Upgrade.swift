import HTTPTypes
import NIOCore

/// A request that came as HTTP/1.1 and asks for its answer in HTTP/2 (RFC 7540 §3.2).
///
/// RFC 9113 has dropped it, and clients still ask for it, such as `curl --http2`.
struct HTTP2Upgrade {
    /// The request, without what was said to this hop.
    let content: RequestContent
    let body: ByteBuffer
    /// The payload of the client's first SETTINGS.
    let settings: ByteBuffer

    /// Takes a request for an upgrade, unless it is none that can be had.
    ///
    /// That is when `Connection` does not name `Upgrade` and `HTTP2-Settings`, when the latter is
    /// not there once, or when it is not base64url.
    init?(_ head: borrowing RequestHead, body: ByteBuffer) {
        guard head.asksForUpgrade, head.method != .connect else { return nil }
        let headers = head.headers
        let settings = headers.values(of: Self.settingsName)
        guard settings.count == 1, Self.list(headers, .upgrade).contains("h2c"),
            Self.list(headers, .connection).contains("http2-settings"),
            let payload = Self.decode(settings[0])
        else { return nil }
        let content = head.content.copy()
        let options = Self.list(headers, .connection)
        content.headers.removeAll { name in
            let lower = String(decoding: name.map(ASCII.lowercased), as: UTF8.self)
            return Self.hopByHop.contains(lower) || options.contains(lower)
        }
        self.content = content
        self.body = body
        self.settings = payload
    }

    private static let settingsName = HTTPField.Name(known: "HTTP2-Settings")
    private static let hopByHop = [
        "connection", "http2-settings", "keep-alive", "proxy-connection", "transfer-encoding",
        "upgrade",
    ]

    /// The elements of a comma-separated field, in lower case.
    private static func list(_ headers: Headers, _ name: HTTPField.Name) -> [String] {
        (headers[name] ?? "").lowercased().split(separator: ",").map { element in
            String(element.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
        }
    }

    /// Decodes base64url without padding (RFC 4648 §5).
    private static func decode(_ text: String) -> ByteBuffer? {
        var bytes = ByteBuffer()
        var bits: UInt32 = 0
        var count = 0
        for character in text.utf8 {
            guard let value = value(of: character) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.writeInteger(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // What is left over is less than a character, and zero.
        return count < 6 && bits & (1 << UInt32(count) - 1) == 0 ? bytes : nil
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - 0x41)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - 0x61 + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - 0x30 + 52)
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}

extension HTTP2ServerConnection {
    /// Begins with the request of an upgrade as stream 1.
    ///
    /// - Returns: Whether its settings are such; else the connection is not to be used.
    func begin(with upgrade: HTTP2Upgrade) -> Bool {
        do throws(HTTP2Error) {
            try machine.startUpgraded(settings: upgrade.settings)
        } catch {
            return false
        }
        encoder.limitTable(to: machine.peerSettings.headerTableSize)
        self.upgrade = upgrade
        return true
    }

    /// Answers the request of an upgrade.
    func startUpgraded(_ upgrade: HTTP2Upgrade) {
        let stream = HTTP2ServerStream(self, .first)
        stream.hasRequestEnded = true
        stream.isHead = upgrade.content.method == .head
        streams[.first] = stream
        start(stream, upgrade.content, body: Body(upgrade.body))
    }
}

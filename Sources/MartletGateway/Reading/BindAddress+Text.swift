package import MartletTransport

extension BindAddress {
    /// Reads `HOST:PORT`, `[ADDRESS]:PORT` or `unix:PATH`.
    ///
    /// Nil for anything else.
    package init?(listen text: String) {
        if text.hasPrefix("unix:") {
            guard text.utf8.count > 5 else { return nil }
            self = .unix(String(text.dropFirst(5)))
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let port = text[text.index(after: colon)...]
        guard let number = UInt16(port), !port.hasPrefix("+") else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self = .tcp(String(host), port: Int(number))
    }
}

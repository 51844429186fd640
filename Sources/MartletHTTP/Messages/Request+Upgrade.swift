import HTTPTypes

// MARK: - Other protocols

extension Request {
    /// The protocols that the client would rather speak on this connection, the best first; mostly
    /// none.
    ///
    /// Over HTTP/1.1 they are those of `Upgrade`, when `Connection` names it (RFC 9110 §7.8). Over
    /// HTTP/2 it is the `:protocol` of an extended CONNECT (RFC 8441), which is the same request in
    /// other words: a handler sees it as the GET that it stands for, so that one route serves both.
    /// ``Response/upgrade(to:headers:_:)`` answers either.
    public var upgradeProtocols: [String] {
        if let name = connectProtocol { return [name] }
        guard Self.list(headers[.connection]).contains(where: { $0.lowercased() == "upgrade" })
        else { return [] }
        return Self.list(headers[.upgrade])
    }

    /// The protocol that an extended CONNECT asks for (RFC 8441); nil for any other request.
    ///
    /// What has it can only be answered with an upgrade or refused: a response with a status of 2xx
    /// that is none becomes 501.
    package var connectProtocol: String? { content.connectProtocol }

    /// The elements of a comma-separated field.
    private static func list(_ value: String?) -> [String] {
        guard let value else { return [] }
        return value.split(separator: ",").compactMap { element in
            let trimmed = element.drop { $0 == " " || $0 == "\t" }
            guard let last = trimmed.lastIndex(where: { $0 != " " && $0 != "\t" }) else {
                return nil
            }
            return String(trimmed[...last])
        }
    }
}

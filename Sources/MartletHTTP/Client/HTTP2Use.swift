import MartletTransport

/// When a client speaks HTTP/2 (RFC 9113 §3).
public enum HTTP2Use: Hashable, Sendable {
    /// Never.
    case never
    /// Over TLS, when ALPN chooses it (RFC 7301); else HTTP/1.1.
    case negotiated
    /// Always: over plain TCP with prior knowledge, and over TLS or not at all.
    case always

    /// What ALPN offers.
    var applicationProtocols: [String] {
        switch self {
        case .never: ["http/1.1"]
        case .negotiated: ["h2", "http/1.1"]
        case .always: ["h2"]
        }
    }

    /// Whether a connection that has been made speaks HTTP/2.
    ///
    /// - Throws: ``HTTPClientError`` when it should and does not.
    func isSpoken(on connection: Connection) throws(HTTPClientError) -> Bool {
        let isChosen = connection.security?.negotiatedProtocol == "h2"
        switch self {
        case .never: return false
        case .negotiated: return isChosen
        case .always:
            guard isChosen || connection.security == nil else {
                throw HTTPClientError(
                    .connectFailed,
                    "The server does not speak HTTP/2: ALPN chose "
                        + "'\(connection.security?.negotiatedProtocol ?? "nothing")'.",
                    isUnsent: true
                )
            }
            return true
        }
    }
}

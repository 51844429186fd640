/// Where a server listens.
public struct BindAddress: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    package let kind: Kind

    /// A TCP address: a name or an IPv4 or IPv6 address, and a port; port 0 takes a free one.
    public static func tcp(_ host: String, port: Int) -> BindAddress {
        BindAddress(kind: .tcp(host: host, port: port))
    }

    /// A Unix domain socket.
    ///
    /// A socket file that nobody listens on is replaced.
    public static func unix(_ path: String) -> BindAddress {
        BindAddress(kind: .unix(path: path))
    }

    /// The TCP port; nil for a Unix domain socket.
    public var port: Int? {
        if case .tcp(_, let port) = kind { port } else { nil }
    }
}

extension BindAddress: CustomStringConvertible {
    /// `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/a.sock`.
    public var description: String {
        switch kind {
        case .tcp(let host, let port):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path):
            "unix:\(path)"
        }
    }
}

package import NIOCore

/// The address of one end of a connection, or of a datagram's sender.
///
/// Two addresses are equal when they mean the same end: same host, same port.
public struct NetworkAddress: Hashable, Sendable {
    package let socketAddress: SocketAddress

    package init(_ socketAddress: SocketAddress) {
        self.socketAddress = socketAddress
    }

    /// Makes the address of `port` on a numeric host such as `127.0.0.1` or `::1`.
    ///
    /// Names are not looked up; clients do that when they connect.
    ///
    /// - Throws: ``NetworkAddressError`` when `host` is not an IPv4 or IPv6 address.
    public init(host: String, port: Int) throws {
        do {
            socketAddress = try SocketAddress(ipAddress: host, port: port)
        } catch {
            throw NetworkAddressError(host: host, port: port)
        }
    }

    /// The numeric IPv4 or IPv6 address; the path of a Unix domain socket.
    public var host: String { socketAddress.ipAddress ?? socketAddress.pathname ?? "" }

    /// The port; 0 for a Unix domain socket.
    public var port: Int { socketAddress.port ?? 0 }

    /// Whether it is an IPv6 address.
    public var isIPv6: Bool { socketAddress.protocol == .inet6 }
}

extension NetworkAddress: CustomStringConvertible {
    /// `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/a.sock`.
    public var description: String {
        guard let address = socketAddress.ipAddress else { return "unix:\(host)" }
        return isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}

/// A host that was to be a numeric address is none.
public struct NetworkAddressError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was given as the host.
    public let host: String
    /// What was given as the port.
    public let port: Int

    /// What is wrong with it.
    public var description: String {
        "'\(host)' with port \(port) is not an IPv4 or IPv6 address and a port."
    }
}

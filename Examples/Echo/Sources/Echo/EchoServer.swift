import Logging
import MartletTransport

/// Sends back what it is sent, over TCP and over UDP (RFC 862).
struct EchoServer: Sendable {
    let host: String
    /// The port of both; with 0 each takes a free one.
    let port: Int
    var logger = Logger(label: "echo")

    /// Echoes the bytes of each connection, until its peer has finished writing.
    ///
    /// `write` suspends while the peer does not read, so a peer that only sends is slowed down, and
    /// no memory is filled.
    func overTCP() -> TCPServer {
        TCPServer(.init(addresses: [.tcp(host, port: port)]), logger: logger) { stream in
            for try await bytes in stream.inbound {
                try await stream.write(bytes)
            }
        }
    }

    /// Echoes each datagram to its sender.
    ///
    /// Whoever forges a datagram that two such servers seem to have sent to each other would keep
    /// them busy for ever, so none is taken from a port on which services listen.
    func overUDP() -> UDPServer {
        var configuration = UDPServer.Configuration(host: host, port: port)
        configuration.admission = { peer in admits(port: peer.port) }
        return UDPServer(configuration) { socket in
            for try await datagram in socket.inbound {
                try await socket.send(datagram.payload, to: datagram.peer)
            }
        }
    }

    /// Whether a datagram from a port is answered.
    func admits(port source: Int) -> Bool { source >= 1024 && source != port }
}

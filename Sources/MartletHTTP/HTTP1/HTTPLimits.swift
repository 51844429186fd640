/// What a server accepts from a peer, and for how long it waits.
///
/// Every limit has a default that suits a service behind a gateway. What is over a limit is
/// answered with the status named here where the protocol still allows an answer; the connection
/// is then closed.
public struct HTTPLimits: Sendable {
    /// The longest request line in bytes; 8 KiB.
    ///
    /// Over it: 414.
    public var requestLineSize = 8 * 1024

    /// The most header fields of a message, and of its trailers; 100.
    ///
    /// Over it: 431.
    public var headerCount = 100

    /// The most bytes of all header lines, and of all trailer lines; 32 KiB.
    ///
    /// Over it: 431.
    public var headerSize = 32 * 1024

    /// The most bytes of a body; 16 MiB.
    ///
    /// Over it: 413.
    public var bodySize = 16 * 1024 * 1024

    /// Up to how many bytes a body with a `Content-Length` is waited for and handed over whole; 64
    /// KiB.
    ///
    /// A longer one is streamed.
    public var wholeBodySize = 64 * 1024

    /// How many bytes of a streamed body wait for a handler to read them before the peer is slowed
    /// down; 64 KiB.
    public var bodyBufferSize = 64 * 1024

    /// The longest chunk-size line with its extensions in bytes; 1 KiB.
    ///
    /// Over it: 400.
    public var chunkLineSize = 1024

    /// How many bytes the chunk-size lines of a body may have, all in all, beyond 16 and twice the
    /// size of its chunk for each; 16 KiB.
    ///
    /// So that extensions cannot be most of what is read. Over it: 400.
    public var chunkExcessSize = 16 * 1024

    /// How many bytes of requests that came before the one in flight was answered are kept; 64 KiB.
    ///
    /// Over it the socket is not read. One request a connection is in flight.
    public var pipelinedSize = 64 * 1024

    /// The most connections at once; 15,000.
    ///
    /// Over it: 503. Over TLS that takes a handshake, which 256 more are let make; what comes then
    /// is closed.
    public var connections = 15_000

    /// The most connections at once from one source; nil for no such limit, because many clients
    /// may stand behind one address.
    ///
    /// A source is an IPv4 address, or the first 64 bits of an IPv6 address. One more is reset
    /// before TLS, and counted as `server.connections.refused` with the reason `source`.
    public var connectionsPerSource: Int?

    /// The time for a whole request head, from its first byte, or from the connection's opening; 10
    /// seconds.
    ///
    /// Over it: 408.
    public var headTimeout: Duration = .seconds(10)

    /// The longest pause within a body; 30 seconds.
    ///
    /// Over it: 408.
    public var bodyIdleTimeout: Duration = .seconds(30)

    /// The time for a whole chunk-size line from its first byte, for the last one with the trailers
    /// behind it; 10 seconds.
    ///
    /// However often a byte comes. Over it: 408.
    public var framingTimeout: Duration = .seconds(10)

    /// How long a connection may be idle between requests; 75 seconds.
    ///
    /// Over it: closed.
    public var keepAliveTimeout: Duration = .seconds(75)

    /// How long a peer may leave a response unread without taking a byte; 30 seconds.
    ///
    /// Over it: closed.
    public var writeStallTimeout: Duration = .seconds(30)

    /// How long a request goes on after its peer has closed its half of the connection; 1 second.
    ///
    /// Then the handler's task is cancelled.
    public var halfCloseGrace: Duration = .seconds(1)

    /// Makes the default limits.
    public init() {}
}

/// Limits by reference: what every connection of a server or a client shares.
package final class SharedLimits: Sendable {
    package let values: HTTPLimits

    package init(_ values: HTTPLimits) {
        self.values = values
    }
}

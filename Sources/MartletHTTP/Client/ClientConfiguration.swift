public import MartletTransport

extension HTTPClient {
    /// What a client needs to know.
    public struct Configuration: Sendable {
        /// TLS for `https`; the system's certificate authorities when nil.
        ///
        /// Its own `applicationProtocols` are what ALPN offers: a client that is to speak HTTP/2
        /// has `h2` among them.
        public var tls: ClientTLS?

        /// When HTTP/2 is spoken; over TLS with every server that prefers it.
        public var http2 = HTTP2Use.negotiated

        /// What is accepted of a server that speaks HTTP/2.
        public var http2Limits = HTTP2Limits()

        /// How long an HTTP/2 connection with requests in flight may be silent before the server
        /// is asked, with PING, whether it is still there; nil, the default, for never.
        ///
        /// Servers may take offence at one that asks more often than every 5 minutes.
        public var pingInterval: Duration?

        /// How long it has to answer before the connection is given up; 20 seconds.
        public var pingTimeout: Duration = .seconds(20)

        /// Connects here instead of to the request's host, when set: a Unix domain socket.
        public var unixSocket: String?

        /// The most connections to one origin, on each event loop; 256.
        ///
        /// With HTTP/2 there is one, and another only when its streams run out.
        public var connectionsPerOrigin = 256

        /// The most requests that wait for a connection to one origin, on each event loop; 4,096.
        ///
        /// One more fails with ``HTTPClientError/Code/tooManyWaiting``.
        public var waitingPerOrigin = 4096

        /// The time to make a connection, TLS included; 5 seconds.
        public var connectTimeout: Duration = .seconds(5)

        /// The time from sending a request to its response's head when its context has no earlier
        /// deadline; 30 seconds.
        public var responseTimeout: Duration = .seconds(30)

        /// The longest pause within a response's body; 60 seconds.
        public var bodyIdleTimeout: Duration = .seconds(60)

        /// The time for a whole chunk-size line of a response from its first byte, for the last one
        /// with the trailers behind it; 10 seconds.
        public var framingTimeout: Duration = .seconds(10)

        /// How long an unused connection is kept; 30 seconds, which is less than servers keep it.
        public var idleTimeout: Duration = .seconds(30)

        /// The most bytes of a response's body, decoded; 64 MiB.
        public var responseBodySize = 64 * 1024 * 1024

        /// How many bytes of a streamed response wait for the reader; 64 KiB.
        public var bodyBufferSize = 64 * 1024

        /// How many redirections are followed; 5.
        ///
        /// With 0 the redirection itself is the response.
        public var redirectLimit = 5

        /// Whether gzip and deflate are asked for and decoded; true.
        public var decompresses = true

        /// What `User-Agent` says when the request does not; nil for nothing.
        public var userAgent: String? = "martlet"

        /// Makes the default configuration.
        public init() {}
    }
}

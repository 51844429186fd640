import NIOCore
import NIOPosix

/// Makes outgoing connections.
package enum Connector {
    /// Where to connect to.
    package enum Target: Hashable, Sendable {
        /// A name or an address, and a port.
        ///
        /// A name's addresses are tried as RFC 8305 says.
        case tcp(host: String, port: Int)
        /// A Unix domain socket.
        case unix(path: String)
    }

    /// Connects on `loop` and hands the connection to `driver`.
    ///
    /// Called on `loop`; the driver's ``ConnectionDriver/opened(_:)`` or
    /// ``ConnectionDriver/closed(_:)`` says how it went, exactly one of them first.
    ///
    /// - Returns: What calls the attempt off, until the driver has been told.
    @discardableResult
    package static func connect(
        to target: Target,
        on loop: Loop,
        owner: AnyObject,
        tls: ClientTLS?,
        timeout: Duration,
        driver: any ConnectionDriver
    ) -> PendingConnect {
        loop.assertCurrent()
        let pending = PendingConnect(loop: loop, owner: owner, tls: tls, driver: driver)
        // Reading begins once the handlers are there: of the channels that Happy Eyeballs makes,
        // only the one that wins gets them.
        let bootstrap = ClientBootstrap(group: loop.eventLoop)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in pending.opened(channel) }
        let future: EventLoopFuture<any Channel>
        switch target {
        case .tcp(let host, let port):
            future =
                bootstrap
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: host, port: port)
        case .unix(let path):
            future = bootstrap.connect(unixDomainSocketPath: path)
        }
        future.whenComplete { result in
            switch result {
            case .success(let channel): pending.connected(channel, to: target)
            case .failure(let error): pending.failed(error)
            }
        }
        return pending
    }
}

/// A connection that is being made.
// Sound because it is made and used on its loop only; NIO's closures want it to be `Sendable`.
package final class PendingConnect: @unchecked Sendable {
    private let loop: Loop
    private let owner: AnyObject
    private let tls: ClientTLS?
    private let driver: any ConnectionDriver
    /// The sockets that Happy Eyeballs tries; nil once the attempt is over or called off.
    private var attempts: [any Channel]? = []

    init(loop: Loop, owner: AnyObject, tls: ClientTLS?, driver: any ConnectionDriver) {
        self.loop = loop
        self.owner = owner
        self.tls = tls
        self.driver = driver
    }

    /// Calls the attempt off and closes its sockets; the driver hears of an error.
    package func cancel() {
        let channels = attempts ?? []
        attempts = nil
        for channel in channels {
            channel.close(promise: nil)
        }
    }

    func opened(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard attempts != nil else {
            return channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
        }
        attempts?.append(channel)
        ChannelSocket(of: channel)?.closeOnExec()
        return channel.eventLoop.makeSucceededVoidFuture()
    }

    func connected(_ channel: any Channel, to target: Connector.Target) {
        attempts = nil
        let connection = Connection(
            loop: loop,
            owner: owner,
            driver: driver,
            isSecured: tls != nil
        )
        do {
            let pipeline = channel.pipeline.syncOperations
            if let tls, case .tcp(let host, _) = target {
                try pipeline.addHandler(tls.makeHandler(host: host))
            }
            try pipeline.addHandler(connection)
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            // The connection tells the driver once, however far it came.
            connection.abandon(error)
            channel.close(promise: nil)
        }
    }

    func failed(_ error: any Error) {
        attempts = nil
        loop.turn { driver.closed(error) }
    }
}

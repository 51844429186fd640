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
    package static func connect(
        to target: Target,
        on loop: Loop,
        owner: AnyObject,
        tls: ClientTLS?,
        timeout: Duration,
        driver: any ConnectionDriver
    ) {
        loop.assertCurrent()
        let pending = PendingConnect(loop: loop, owner: owner, tls: tls, driver: driver)
        // Reading begins once the handlers are there: of the channels that Happy Eyeballs makes,
        // only the one that wins gets them.
        let bootstrap = ClientBootstrap(group: loop.eventLoop)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
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
    }
}

/// A connection that is being made.
// Sound because it is made and used on its loop only; NIO's closures want it to be `Sendable`.
private final class PendingConnect: @unchecked Sendable {
    private let loop: Loop
    private let owner: AnyObject
    private let tls: ClientTLS?
    private let driver: any ConnectionDriver

    init(loop: Loop, owner: AnyObject, tls: ClientTLS?, driver: any ConnectionDriver) {
        self.loop = loop
        self.owner = owner
        self.tls = tls
        self.driver = driver
    }

    func connected(_ channel: any Channel, to target: Connector.Target) {
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
        loop.turn { driver.closed(error) }
    }
}

import NIOCore
import Synchronization

// MARK: - Connections that come

extension Listener {
    /// Takes a connection that has been accepted.
    ///
    /// One over the limit of its source is reset: there is nothing to say before a handshake.
    func accepted(_ channel: any Channel) {
        guard let sources else { return start(channel, from: nil) }
        if let source = sources.admit(channel.remoteAddress) {
            start(channel, from: source)
        } else {
            countRefusedSource()
            // On its loop, as everything of a channel.
            channel.eventLoop.execute {
                ChannelSocket(of: channel)?.resetOnClose()
                channel.close(promise: nil)
            }
        }
    }

    /// Sets it up and registers it on its own loop.
    private func start(_ channel: any Channel, from source: SourceCounts.Source?) {
        channel.eventLoop.execute {
            do {
                guard let loop = Loop.current else {
                    throw ChannelError.inappropriateOperationForState
                }
                try self.setUp(channel, on: loop, from: source)
                channel._channelCore.registerAlreadyConfigured0(promise: nil)
                self.tellWhatWasMissed(channel, on: loop)
            } catch {
                channel.close(promise: nil)
            }
        }
    }

    /// Makes a connection of a channel that is not registered yet.
    ///
    /// - Throws: When it is to be closed; it is not counted any more then.
    private func setUp(
        _ channel: any Channel,
        on loop: Loop,
        from source: SourceCounts.Source?
    ) throws {
        let count = openCount.add(1, ordering: .sequentiallyConsistent).newValue
        do {
            try configure(channel)
            try checkLimits(count: count)
        } catch {
            connectionClosed(from: source)
            throw error
        }
        let driver = makeDriver(loop)
        let connection = Connection(
            loop: loop,
            owner: self,
            driver: driver,
            isSecured: configuration.tls != nil,
            isOverLimit: count > configuration.maximumConnections,
            isListeners: true
        )
        connection.source = source
        do {
            let pipeline = channel.pipeline.syncOperations
            if let tls = configuration.tls {
                try pipeline.addHandler(tls.makeHandler())
            }
            try pipeline.addHandler(connection)
        } catch {
            connection.abandon(error)
            throw error
        }
        if whatWasMissed.isClosing { throw ChannelError.eof }
    }

    private func configure(_ channel: any Channel) throws {
        ChannelSocket(of: channel)?.closeOnExec()
        guard let options = channel.syncOptions else { return }
        try options.setOption(.allowRemoteHalfClosure, value: true)
        try options.setOption(.recvAllocator, value: receiveSizes)
    }

    private func checkLimits(count: Int) throws {
        let most = configuration.maximumConnections + Self.refusedHandshakes
        if configuration.tls != nil, count > most {
            // It could be told why only after a handshake, which it need never make.
            throw ChannelError.inappropriateOperationForState
        }
    }

    /// It was in the kernel's queue when the others were told to finish.
    private func tellWhatWasMissed(_ channel: any Channel, on loop: Loop) {
        guard whatWasMissed.isDraining,
            let handler = try? channel.pipeline.syncOperations.handler(type: Connection.self)
        else { return }
        handler.drain()
    }
}

import NIOCore

/// Takes connections from a listening socket, and sets each up and registers it on its own loop.
///
/// It stands before the bootstrap's handler, which never sees a connection: that one makes a chain
/// of futures for each, and changes the thread three times where once is enough.
final class Acceptor: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// Called on the connection's loop, with a channel that is not registered yet.
    private let setUp: @Sendable (any Channel) throws -> Void

    init(setUp: @escaping @Sendable (any Channel) throws -> Void) {
        self.setUp = setUp
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = Self.unwrapInboundIn(data)
        channel.eventLoop.execute { [setUp] in
            do {
                try setUp(channel)
            } catch {
                channel.close(promise: nil)
            }
        }
    }
}

import NIOCore

/// Takes the connections of a listening socket.
///
/// It stands before the bootstrap's handler, which never sees a connection: that one makes a chain
/// of futures for each, and changes the thread three times where once is enough.
final class Acceptor: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let listener: Listener

    init(_ listener: Listener) {
        self.listener = listener
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        listener.accepted(Self.unwrapInboundIn(data))
    }
}

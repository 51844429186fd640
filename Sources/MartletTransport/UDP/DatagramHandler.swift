import NIOCore

/// Tells a socket what its channel has read.
final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let socket: UDPSocket

    init(_ socket: UDPSocket) {
        self.socket = socket
    }

    func channelActive(context: ChannelHandlerContext) {
        socket.opened(context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = Self.unwrapInboundIn(data)
        socket.arrived(envelope.data, from: NetworkAddress(envelope.remoteAddress))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        socket.arrivalsEnded()
    }

    func channelInactive(context: ChannelHandlerContext) {
        socket.loop.turn { socket.closed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        socket.receivingFailed(error)
    }
}

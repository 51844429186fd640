import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Connection {
    /// Whether the kernel holds something of the peer that has not been read: bytes, its end of
    /// the connection, or an error.
    ///
    /// One `poll(2)` that does not wait: 0.2 µs, a little less than a `recv(2)` that peeks. Over
    /// TLS the bytes may be a session ticket as well as content. False on a channel without a
    /// socket.
    package var hasUnreadInput: Bool {
        // A channel that is not active has closed its descriptor, which may be another's by now.
        guard let context, context.channel.isActive else { return true }
        if descriptor < 0 {
            let found = try? context.pipeline.syncOperations
                .withUnsafeTransportIfAvailable(of: CInt.self) { $0 }
            guard let found else { return false }
            descriptor = found
        }
        var socket = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&socket, 1, 0) != 0
    }
}

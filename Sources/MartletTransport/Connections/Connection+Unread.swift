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
        guard isOpen else { return true }
        guard let socket else { return false }
        do {
            return try socket.withDescriptor { descriptor in
                var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                return poll(&question, 1, 0) != 0
            }
        } catch {
            // The socket is closed.
            return true
        }
    }
}

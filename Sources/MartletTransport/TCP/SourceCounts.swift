import NIOCore
import Synchronization

/// How many connections each address has open, for a limit on them.
final class SourceCounts: Sendable {
    private let limit: Int
    private let counts = Mutex<[Source: Int]>([:])

    /// An address without its port.
    private enum Source: Hashable {
        case ipv4(UInt32)
        case ipv6(UInt64, UInt64)
        /// All that come over Unix domain sockets.
        case local
    }

    init(limit: Int) {
        precondition(limit > 0, "a limit of no connections would refuse everybody")
        self.limit = limit
    }

    /// How many addresses have a connection open.
    var count: Int { counts.withLock { $0.count } }

    /// Counts a connection, unless its address has as many as it may.
    func admit(_ address: SocketAddress) -> Bool {
        counts.withLock { counts in
            let source = Self.source(of: address)
            guard counts[source, default: 0] < limit else { return false }
            counts[source, default: 0] += 1
            return true
        }
    }

    /// A connection that was admitted is gone.
    func leave(_ address: SocketAddress) {
        counts.withLock { counts in
            let source = Self.source(of: address)
            guard let count = counts[source] else { return }
            counts[source] = count > 1 ? count - 1 : nil
        }
    }

    private static func source(of address: SocketAddress) -> Source {
        guard address.protocol == .inet || address.protocol == .inet6 else { return .local }
        return address.withSockAddr { pointer, size in
            let bytes = UnsafeRawBufferPointer(start: pointer, count: size)
            // Sound because `sockaddr_in` has its address at 4 and `sockaddr_in6` at 8, and the
            // protocol says which of them it is.
            return address.protocol == .inet
                ? .ipv4(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
                : .ipv6(
                    bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                    bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                )
        }
    }
}

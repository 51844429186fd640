import NIOCore
import Synchronization

/// How many connections each source has open, for a limit on them.
final class SourceCounts: Sendable {
    private let limit: Int
    private let counts = Mutex<[Source: Int]>([:])

    /// An address without its port.
    ///
    /// Of an IPv6 address its first 64 bits: the rest its host chooses as it likes. One that stands
    /// for an IPv4 address counts as that.
    enum Source: Hashable {
        case ipv4(UInt32)
        case ipv6(UInt64)
        /// All that come over Unix domain sockets.
        case local
    }

    init(limit: Int) {
        precondition(limit > 0, "a limit of no connections would refuse everybody")
        self.limit = limit
    }

    /// How many addresses have a connection open.
    var count: Int { counts.withLock { $0.count } }

    /// Counts a connection.
    ///
    /// - Returns: What to give ``leave(_:)``; nil when the source has as many as it may.
    func admit(_ address: SocketAddress?) -> Source? {
        let source = Self.source(of: address)
        return counts.withLock { counts in
            guard counts[source, default: 0] < limit else { return nil }
            counts[source, default: 0] += 1
            return source
        }
    }

    /// A connection that was admitted is gone.
    func leave(_ source: Source) {
        counts.withLock { counts in
            guard let count = counts[source] else { return }
            counts[source] = count > 1 ? count - 1 : nil
        }
    }

    private static func source(of address: SocketAddress?) -> Source {
        guard let address, address.protocol == .inet || address.protocol == .inet6 else {
            return .local
        }
        return address.withSockAddr { pointer, size in
            let bytes = UnsafeRawBufferPointer(start: pointer, count: size)
            // Sound because `sockaddr_in` has its address at 4 and `sockaddr_in6` at 8, and the
            // protocol says which of them it is.
            if address.protocol == .inet {
                return .ipv4(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            }
            let network = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            let mapping = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
            return network == 0 && mapping == UInt32(bigEndian: 0xFFFF)
                ? .ipv4(bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self))
                : .ipv6(network)
        }
    }
}

import Glibc

/// Chooses free TCP ports on the loopback address.
package struct PortPicker: Sendable {
    /// Below the range from which Linux gives ports to outgoing connections, so that no such
    /// connection takes a chosen port before its service does.
    package static let range = 20_000...29_999

    private var taken: Set<Int>
    private var next: Int

    /// Makes a picker.
    ///
    /// - Parameters:
    ///   - taken: Ports never to choose.
    ///   - start: Where in ``range`` to begin to look.
    package init(taken: Set<Int>, start: Int = Int.random(in: Self.range)) {
        precondition(Self.range.contains(start), "The start is outside of the range.")
        self.taken = taken
        self.next = start
    }

    /// A free port; nil when there is none.
    package mutating func pick() -> Int? {
        for _ in Self.range {
            let port = next
            next = port == Self.range.upperBound ? Self.range.lowerBound : port + 1
            if Self.isFree(port), taken.insert(port).inserted { return port }
        }
        return nil
    }

    /// Whether nobody listens on the port.
    package static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size)
        return LoopbackAddress.withAddress(port: port) { bind(descriptor, $0, $1) == 0 }
    }
}

/// 127.0.0.1 as the socket calls want it.
enum LoopbackAddress {
    /// Calls `body` with the address, which is valid only inside.
    static func withAddress<Result>(
        port: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let size = MemoryLayout<sockaddr_in>.size
        // A sockaddr_in is a sockaddr by the sockets API's own convention.
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(size))
            }
        }
    }
}

import Glibc

/// Asks whether somebody listens on a port of the loopback address.
struct TCPProbe {
    let port: Int

    /// How long to wait before looking again whether the connection has been made.
    private static let pause = Duration.milliseconds(5)

    /// Connects and closes; never blocks the thread.
    ///
    /// - Returns: Nil when the connection was made, else why it was not.
    func failure() async -> String? {
        let kind = Int32(
            SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        )
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return describe(errno) }
        defer { close(descriptor) }
        let code = LoopbackAddress.withAddress(port: port) { address, size in
            connect(descriptor, address, size) == 0 ? 0 : errno
        }
        guard code == EINPROGRESS else { return code == 0 ? nil : describe(code) }
        while !Task.isCancelled {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&waiting, 1, 0) > 0 { return result(of: descriptor) }
            try? await ContinuousClock().sleep(for: Self.pause)
        }
        return "connecting to port \(port) takes too long"
    }

    private func result(of descriptor: Int32) -> String? {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        return code == 0 ? nil : describe(code)
    }

    private func describe(_ code: Int32) -> String {
        "port \(port): \(String(cString: strerror(code)))"
    }
}

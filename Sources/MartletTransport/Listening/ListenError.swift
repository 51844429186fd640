import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A server could not listen.
public struct ListenError: Error, Sendable, CustomStringConvertible {
    /// Where it wanted to listen.
    public let address: BindAddress
    /// What the system said.
    public let cause: any Error

    package init(address: BindAddress, cause: any Error) {
        self.address = address
        self.cause = cause
    }

    /// The address and what is wrong with it, in a sentence.
    public var description: String { "Cannot listen on \(address): \(reason)." }

    private var reason: String {
        if let cause = cause as? SocketAddressError.UnknownHost {
            return "no address is known for the host “\(cause.host)”"
        }
        guard let code = (cause as? IOError)?.errnoCode else { return "\(cause)" }
        switch code {
        case EADDRINUSE: return "somebody listens there already"
        case EADDRNOTAVAIL: return "the address is none of this machine's"
        case EACCES, EPERM: return "permission denied"
        case ENOENT where address.port == nil: return "there is no such folder"
        // The C library keeps the text for the thread.
        default: return String(cString: strerror(code))
        }
    }
}

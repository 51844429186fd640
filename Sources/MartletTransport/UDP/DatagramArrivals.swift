import CDatagrams
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Datagrams that came with one system call, and the memory they came into.
///
/// NIO could receive many at a time too, but makes an address's text for each, and an object for
/// the address; here an address is made once for as long as its sender goes on.
struct DatagramArrivals: ~Copyable {
    /// The most that come at once.
    static let capacity = Int(MARTLET_ARRIVALS_SIZE)

    /// How many bytes there are for each.
    private let stride: Int
    // Sound because it is this value's alone, made in `init` and freed in `deinit`; its messages
    // point into `bytes` only during the call that receives.
    private let arrivals: UnsafeMutablePointer<martlet_arrivals>
    /// Where the last came; what was given out shares it.
    private var bytes = ByteBuffer()
    /// The sender of the datagram that was asked about last.
    private var sender: NetworkAddress?

    /// Makes room, of which nothing is used before something is received.
    init(maximumDatagramSize: Int) {
        // One byte more than may come, so that what was cut off can be told.
        stride = maximumDatagramSize + 1
        arrivals = UnsafeMutablePointer<martlet_arrivals>.allocate(capacity: 1)
        // Sound: all of it is plain data for which zeros are values.
        memset(arrivals, 0, MemoryLayout<martlet_arrivals>.size)
    }

    deinit {
        arrivals.deallocate()
    }

    /// Receives without waiting.
    ///
    /// - Returns: How many came, or the negated `errno`.
    mutating func receive(on descriptor: CInt) -> Int {
        let size = stride * Self.capacity
        // What was given out before and is still held keeps its memory.
        let isOwn = bytes.modifyIfUniquelyOwned { $0.clear() } != nil
        if !isOwn || bytes.capacity < size {
            bytes = ByteBufferAllocator().buffer(capacity: size)
        }
        var count = 0
        let (arrivals, stride) = (arrivals, stride)
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            guard let start = memory.baseAddress else { return 0 }
            // Sound because the memory has room for `capacity` strides and outlives the call.
            let place = start.assumingMemoryBound(to: CChar.self)
            count = Int(martlet_arrivals_receive(descriptor, arrivals, place, stride))
            return max(0, count) * stride
        }
        return count
    }

    /// What one of those that came carries, with a byte more than may come if it is too long.
    func payload(_ index: Int) -> ByteBuffer {
        let count = min(stride, Int(martlet_arrivals_length(arrivals, CInt(index))))
        return bytes.getSlice(at: index * stride, length: count) ?? ByteBuffer()
    }

    /// Who sent one of those that came; nil when it says nothing that is an address.
    mutating func peer(_ index: Int) -> NetworkAddress? {
        guard martlet_arrivals_has_new_sender(arrivals, CInt(index)) != 0 else { return sender }
        let address = martlet_arrivals_sender(arrivals)
        // Sound because the family says what is there.
        switch martlet_arrivals_sender_family(arrivals) {
        case AF_INET:
            sender = (address?.load(as: sockaddr_in.self)).map { address in
                NetworkAddress(SocketAddress(address, host: ""))
            }
        case AF_INET6:
            sender = (address?.load(as: sockaddr_in6.self)).map { address in
                NetworkAddress(SocketAddress(address, host: ""))
            }
        default:
            sender = nil
        }
        return sender
    }
}

import CDatagrams
import NIOCore

/// Datagrams that wait to leave with one system call.
///
/// Their bytes are copied in: for what fits into a datagram that costs less than keeping its buffer
/// alive.
struct DatagramBatch: ~Copyable {
    /// The most datagrams in a batch.
    static let capacity = Int(MARTLET_BATCH_SIZE)

    private let size: Int
    // Sound because both are this value's alone, made in `init` and freed in `deinit`; the messages
    // point into `bytes` only.
    private let batch: UnsafeMutablePointer<martlet_batch>
    private let bytes: UnsafeMutableRawPointer
    private var used = 0
    /// The datagrams that are left are `first..<end`.
    private var first = 0
    private var end = 0

    /// Makes an empty batch with room for at least one datagram of `maximumDatagramSize`.
    init(maximumDatagramSize: Int) {
        size = max(64 * 1024, maximumDatagramSize)
        // Sound for the reason above; nothing of it is read before `append` has written it.
        batch = UnsafeMutablePointer<martlet_batch>.allocate(capacity: 1)
        bytes = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    }

    deinit {
        batch.deallocate()
        bytes.deallocate()
    }

    /// How many datagrams are left to be sent.
    var count: Int { end - first }

    /// Whether a datagram of `count` bytes finds room.
    func hasRoom(for count: Int) -> Bool {
        end < Self.capacity && used + count <= size
    }

    /// Adds a datagram to `address`, or to the connected peer when that is nil.
    mutating func append(_ payload: ByteBuffer, to address: SocketAddress?) {
        assert(hasRoom(for: payload.readableBytes), "A datagram is added where there is room.")
        let place = bytes + used
        payload.withUnsafeReadableBytes { source in
            if let start = source.baseAddress {
                place.copyMemory(from: start, byteCount: source.count)
            }
        }
        let count = payload.readableBytes
        let index = CInt(end)
        if let address {
            address.withSockAddr { pointer, size in
                martlet_batch_set(batch, index, place, count, pointer, socklen_t(size))
            }
        } else {
            martlet_batch_set(batch, index, place, count, nil, 0)
        }
        used += count
        end += 1
    }

    /// Sends what is left without waiting.
    ///
    /// - Returns: How many were sent, or the negated `errno` of the first.
    mutating func send(on descriptor: CInt) -> Int {
        let result = Int(martlet_batch_send(descriptor, batch, CInt(first), CInt(end)))
        if result > 0 { drop(result) }
        return result
    }

    /// Gives the first `count` up.
    mutating func drop(_ count: Int) {
        first += count
        if first >= end {
            (first, end, used) = (0, 0, 0)
        }
    }
}

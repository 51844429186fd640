import NIOCore

/// How much a connection's next read may take: four times as much after one that took all it could,
/// a quarter after two that would have had room in that.
///
/// It is small at first, because an idle connection keeps the buffer of its last read. NIO's
/// `AdaptiveRecvByteBufferAllocator` does not fit into an existential's three words, so that every
/// connection would have one on the heap as well.
struct ReceiveSizes: RecvByteBufferAllocator {
    /// The most that one read takes: 64 KiB.
    static let largest: UInt32 = 64 * 1024

    private let smallest: UInt32
    private var size: UInt32
    private var wasTooLarge = false

    /// - Parameter first: The size of the first read, in bytes, and the least of any.
    init(first: Int) {
        smallest = min(UInt32(clamping: max(first, 1)), Self.largest)
        size = smallest
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        allocator.buffer(capacity: Int(size))
    }

    func nextBufferSize() -> Int? { Int(size) }

    mutating func record(actualReadBytes count: Int) -> Bool {
        if count >= Int(size) {
            wasTooLarge = false
            guard size < Self.largest else { return false }
            size = min(size * 4, Self.largest)
            return true
        }
        let isTooLarge = size > smallest && count <= Int(size / 4)
        if isTooLarge, wasTooLarge {
            size = max(size / 4, smallest)
            wasTooLarge = false
        } else {
            wasTooLarge = isTooLarge
        }
        return false
    }
}

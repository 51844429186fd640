import NIOCore
import Testing

@testable import MartletTransport

@Suite("The size of reads")
struct ReceiveSizesTests {
    @Test("grows after a read that filled its buffer, up to 64 KiB")
    func growing() {
        var sizes = ReceiveSizes(first: 128)
        var seen: [Int] = []
        for _ in 0..<7 {
            let size = sizes.nextBufferSize() ?? 0
            seen.append(size)
            #expect(sizes.buffer(allocator: ByteBufferAllocator()).capacity >= size)
            let grows = sizes.record(actualReadBytes: size)
            #expect(grows == (size < 64 * 1024))
        }
        #expect(seen == [128, 512, 2048, 8192, 32768, 65536, 65536])
    }

    @Test("shrinks after two reads in a row that were much smaller, down to the first")
    func shrinking() {
        var sizes = ReceiveSizes(first: 128)
        for size in [128, 512, 2048] { _ = sizes.record(actualReadBytes: size) }
        var seen: [Int] = []
        for count in [100, 5000, 100, 100, 100, 100, 1, 1, 1, 1, 1] {
            let grows = sizes.record(actualReadBytes: count)
            #expect(!grows)
            seen.append(sizes.nextBufferSize() ?? 0)
        }
        #expect(seen == [8192, 8192, 8192, 2048, 2048, 512, 512, 128, 128, 128, 128])
    }

    @Test("fits into an existential, so that a connection has it in place")
    func place() {
        #expect(MemoryLayout<ReceiveSizes>.size <= 3 * MemoryLayout<Int>.size)
    }
}

import MartletCore
import NIOCore
import Testing

@Suite("BufferPool")
struct BufferPoolTests {
    private func address(_ buffer: ByteBuffer) -> UInt {
        buffer.withVeryUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }

    @Test("a buffer is used again, empty")
    func reuse() {
        let pool = BufferPool(bufferSize: 100)
        let first = pool.withBufferNow { buffer in
            #expect(buffer.capacity >= 100)
            buffer.writeString("secret")
            return address(buffer)
        }
        #expect(pool.count == 1)
        pool.withBufferNow { buffer in
            #expect(address(buffer) == first)
            #expect(buffer.readableBytes == 0)
            #expect(pool.count == 0)
        }
        #expect(pool.count == 1)
    }

    @Test("a buffer goes back when its user fails, and when its user waits")
    func failing() async {
        struct Broken: Error {}
        let pool = BufferPool()
        #expect(throws: Broken.self) { try pool.withBufferNow { _ in throw Broken() } }
        #expect(pool.count == 1)
        await pool.withBuffer { buffer in
            await Task.yield()
            buffer.writeInteger(1)
        }
        #expect(pool.count == 1)
    }

    @Test("bytes that were kept of a buffer never change")
    func shared() {
        let pool = BufferPool()
        let slice = pool.withBufferNow { buffer in
            buffer.writeString("kept")
            return buffer.getSlice(at: 0, length: 4)
        }
        #expect(pool.count == 0)
        _ = pool.withBufferNow { $0.writeString("XXXX") }
        #expect(slice.map { String(buffer: $0) } == "kept")
    }

    @Test("a buffer that has grown too large is not kept")
    func grown() {
        let pool = BufferPool(bufferSize: 64, maximumBufferSize: 128)
        _ = pool.withBufferNow { $0.writeRepeatingByte(1, count: 128) }
        #expect(pool.count == 1)
        _ = pool.withBufferNow { $0.writeRepeatingByte(1, count: 129) }
        #expect(pool.count == 0)
    }

    @Test("no more buffers than the limit are kept")
    func capacity() {
        let pool = BufferPool(capacity: 1)
        pool.withBufferNow { _ in pool.withBufferNow { _ in } }
        #expect(pool.count == 1)
        let standard = BufferPool()
        #expect(standard.capacity == 64)
        #expect(standard.bufferSize == 16_384)
        #expect(standard.maximumBufferSize == 65_536)
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds a byte in memory at the speed of the C library.
enum ByteSearch {
    /// The first position of `byte` in `bytes[start..<end]`.
    static func first(
        _ byte: UInt8,
        in bytes: UnsafeRawBufferPointer,
        from start: Int,
        to end: Int
    ) -> Int? {
        assert(end <= bytes.count, "what is searched must be there")
        guard start < end, let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(byte), end - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}

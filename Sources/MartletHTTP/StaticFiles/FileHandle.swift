import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file descriptor that is closed when nobody holds it any more.
final class FileHandle: Sendable {
    let descriptor: Int32

    /// Takes over a descriptor.
    init(_ descriptor: Int32) {
        precondition(descriptor >= 0, "A file descriptor is not negative.")
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// The name under which the process can open the file again.
    var procPath: String { "/proc/self/fd/\(descriptor)" }

    /// Where the file really is, as the kernel knows it.
    func realPath() throws -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(procPath, &buffer, buffer.count)
        guard length >= 0, length < buffer.count else {
            throw FileSystemError("find the place of", procPath, errno).asHTTPError
        }
        return buffer.prefix(length).map(UInt8.init(bitPattern:))
    }

    /// Reads bytes; blocks.
    ///
    /// - Parameters:
    ///   - offset: Where to begin.
    ///   - count: How many bytes.
    /// - Returns: Exactly `count` bytes.
    /// - Throws: ``FileSystemError``, also when the file has become shorter.
    func read(at offset: Int, count: Int) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        while buffer.readableBytes < count {
            let missing = count - buffer.readableBytes
            let position = off_t(offset + buffer.readableBytes)
            var failure: Int32 = 0
            let read = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: missing) { bytes in
                let read = pread(descriptor, bytes.baseAddress, missing, position)
                failure = read < 0 ? errno : 0
                return max(0, read)
            }
            if failure == EINTR { continue }
            guard failure == 0 else { throw FileSystemError("read", procPath, failure) }
            guard read > 0 else { throw FileSystemError("read the end of", procPath, EIO) }
        }
        return buffer
    }
}

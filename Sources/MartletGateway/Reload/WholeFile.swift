#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads small files whole, and says in a sentence why one cannot be read.
enum WholeFile {
    /// The most bytes of a file: 1 MiB.
    static let maximumSize = 1024 * 1024

    /// Why a file cannot be read.
    struct Failure: Error, Hashable {
        /// What is wrong with it, as a sentence that goes on from its name.
        var message: String
    }

    /// The bytes of the file at `path`; blocks while it reads.
    static func bytes(at path: String) throws(Failure) -> [UInt8] {
        // Without O_NONBLOCK, opening a pipe waits for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw Failure(message: "is a directory, not a file.")
        default: throw Failure(message: "is no regular file.")
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count <= maximumSize {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
        throw Failure(message: "is larger than \(maximumSize) bytes.")
    }

    private static func failure(_ code: Int32) -> Failure {
        switch code {
        case ENOENT, ENOTDIR: Failure(message: "there is no such file.")
        case EACCES, EPERM: Failure(message: "cannot be read: permission denied.")
        default: Failure(message: "cannot be read: \(String(cString: strerror(code))).")
        }
    }
}

import HTTPTypes

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A directory whose files can be opened, and none outside it.
final class FileRoot: Sendable {
    /// Linux's `O_PATH`, which the C library hides without `_GNU_SOURCE`: a descriptor that only
    /// names a file.
    private static let namesOnly: Int32 = 0o10_000_000

    private let directory: FileHandle

    init(_ path: String) throws(FileSystemError) {
        directory = FileHandle(
            try FileSystemError.check("open the directory", path) {
                open(path, FileRoot.namesOnly | O_DIRECTORY | O_CLOEXEC)
            }
        )
    }

    /// Finds a file or a directory by its path below this one.
    ///
    /// Nothing is opened for reading yet: what is found is held by a descriptor that only names it,
    /// so its place can be checked without a race, and a device or a pipe is never touched.
    ///
    /// - Parameter path: The path; empty for this directory.
    /// - Returns: What is there; nil when there is nothing, or it lies outside once links are
    ///   resolved, or it is neither a file nor a directory.
    /// - Throws: The file system's error when it is not one of the request's making.
    func find(_ path: String) throws -> FoundFile? {
        let descriptor = openat(
            directory.descriptor,
            path.isEmpty ? "." : path,
            FileRoot.namesOnly | O_CLOEXEC
        )
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG: return nil
            case let code: throw FileSystemError("find the file", path, code).asHTTPError
            }
        }
        let handle = FileHandle(descriptor)
        guard try isInside(handle) else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw FileSystemError("examine the file", path, errno).asHTTPError
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFDIR else { return nil }
        return FoundFile(
            name: handle,
            isDirectory: kind == S_IFDIR,
            size: Int(status.st_size),
            modified: FoundFile.Time(
                seconds: Int64(status.st_mtim.tv_sec),
                nanoseconds: Int64(status.st_mtim.tv_nsec)
            )
        )
    }

    /// The present, in seconds since 1970.
    @Sendable
    static func secondsSince1970() -> Int64 {
        Int64(time(nil))
    }

    private func isInside(_ handle: FileHandle) throws -> Bool {
        let root = try directory.realPath()
        let path = try handle.realPath()
        return path == root || path.starts(with: root.last == 0x2F ? root : root + [0x2F])
    }
}

/// A file or a directory that exists, not yet open for reading.
struct FoundFile: Sendable {
    struct Time: Hashable, Sendable {
        let seconds: Int64
        let nanoseconds: Int64
    }

    let name: FileHandle
    let isDirectory: Bool
    let size: Int
    let modified: Time

    /// Opens the file for reading.
    func openForReading() throws -> FileHandle {
        let path = name.procPath
        do {
            return FileHandle(
                try FileSystemError.check("open the file", path) {
                    open(path, O_RDONLY | O_CLOEXEC)
                }
            )
        } catch {
            throw error.code == EACCES ? HTTPError(.notFound, cause: error) : error.asHTTPError
        }
    }
}

import HTTPTypes

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the file system refused.
public struct FileSystemError: Error, Sendable {
    /// What was attempted, such as `open the directory`.
    public let operation: String
    /// The file concerned.
    public let path: String
    /// The system's error number.
    public let code: Int32

    init(_ operation: String, _ path: String, _ code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// Makes a system call that returns a negative number when it fails.
    static func check(
        _ operation: String,
        _ path: String,
        _ call: () -> Int32
    ) throws(FileSystemError) -> Int32 {
        let result = call()
        guard result >= 0 else { throw FileSystemError(operation, path, errno) }
        return result
    }

    /// 503 when the process or the system has no descriptor left, else 500.
    var asHTTPError: HTTPError {
        let isExhausted = code == EMFILE || code == ENFILE
        return HTTPError(isExhausted ? .serviceUnavailable : .internalServerError, cause: self)
    }
}

extension FileSystemError: CustomStringConvertible {
    /// What was attempted on which file, and the system's message.
    public var description: String {
        "Could not \(operation) '\(path)': \(String(cString: strerror(code)))."
    }
}

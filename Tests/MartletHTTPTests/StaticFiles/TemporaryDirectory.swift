import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A directory for one test, removed with everything in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/martlet-XXXXXX".utf8CString)
        let made = mkdtemp(&template)
        precondition(made != nil, "A temporary directory could not be made.")
        path = template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func makeDirectory(_ name: String) {
        mkdir("\(path)/\(name)", 0o755)
    }

    /// Writes a file and sets its modification time.
    func write(_ name: String, _ content: String, modified: Int = 784_111_777) {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_CREAT | O_WRONLY | O_TRUNC, 0o644)
        precondition(descriptor >= 0, "\(file) could not be written.")
        defer { close(descriptor) }
        var content = content
        content.withUTF8 { bytes in
            let written = pwrite(descriptor, bytes.baseAddress, bytes.count, 0)
            precondition(written == bytes.count, "\(file) could not be written whole.")
        }
        // Two of seconds and nanoseconds.
        let times = [modified, 5, modified, 5]
        times.withUnsafeBytes { bytes in
            // Sound because a `timespec` is two such numbers.
            _ = futimens(descriptor, bytes.baseAddress?.assumingMemoryBound(to: timespec.self))
        }
    }

    func link(_ name: String, to target: String) {
        symlink(target, "\(path)/\(name)")
    }

    func makePipe(_ name: String) {
        mkfifo("\(path)/\(name)", 0o644)
    }
}

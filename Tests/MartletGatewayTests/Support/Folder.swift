import Foundation

/// A folder of files that is removed with its last reference.
final class Folder: Sendable {
    private let url = FileManager.default.temporaryDirectory
        .appending(path: "martlet-gateway-\(UUID().uuidString)")

    init(_ files: [String: String] = [:]) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, text) }
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appending(path: name).path() }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: url.appending(path: name), options: .atomic)
    }

    /// Writes a certificate and its key to `NAME.pem` and `NAME.key`.
    func write(_ name: String, _ credential: (certificate: String, key: String)) throws {
        try write("\(name).pem", credential.certificate)
        try write("\(name).key", credential.key)
    }
}

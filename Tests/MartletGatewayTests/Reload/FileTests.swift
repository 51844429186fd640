import Foundation
import MartletGateway
import Testing

@Suite("Configuration files")
struct FileTests {
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "martlet-gateway-\(UUID().uuidString)")

    /// What a gateway says of the file `name` once it has these bytes.
    private func refusal(_ name: String, _ bytes: Data? = nil) throws -> String? {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: name)
        try bytes?.write(to: file)
        do {
            _ = try GatewayReloader(file: file.path())
            return nil
        } catch {
            return error.description.replacing(folder.path(), with: "FOLDER")
        }
    }

    @Test("a file that cannot be read is named, with one sentence that says why")
    func unreadable() throws {
        #expect(try refusal("a.yaml") == "FOLDER/a.yaml: there is no such file.")
        #expect(try refusal("a/b.yaml") == "FOLDER/a/b.yaml: there is no such file.")
        #expect(try refusal("") == "FOLDER/: is a directory, not a file.")
        let latin = Data("via: a # \n# caf".utf8) + [0xE9]
        #expect(try refusal("a.yaml", latin) == "FOLDER/a.yaml:2: is not UTF-8.")
        let large = Data(repeating: UInt8(ascii: "#"), count: 1024 * 1024 + 1)
        #expect(try refusal("a.yaml", large) == "FOLDER/a.yaml: is larger than 1048576 bytes.")
        do {
            _ = try GatewayReloader(file: "/dev/null")
            Issue.record("a device was read")
        } catch {
            #expect(error.description == "/dev/null: is no regular file.")
        }
    }

    @Test("a file of the largest size is read")
    func largest() throws {
        var text = Data("routes: [{upstreams: a:1}]\n#".utf8)
        text += Data(repeating: UInt8(ascii: "#"), count: 1024 * 1024 - text.count)
        #expect(try refusal("a.yaml", text) == nil)
    }
}

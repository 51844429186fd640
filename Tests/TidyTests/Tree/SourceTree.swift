import Foundation

/// The files of the project, as they lie on disk.
struct SourceTree: Sendable {
    let files: [SourceFile]

    /// Every path of the tree from its root.
    var paths: [String] { files.map(\.path) }

    /// The tree that this file is part of.
    static let project = SourceTree(root: projectRoot)

    /// What holds text that people wrote.
    private static let extensions: Set<String> = [
        "swift", "md", "yaml", "yml", "json", "py", "go", "sh", "c", "h", "html", "css", "js",
        "modulemap", "proto", "",
    ]

    /// What is made by a build or an installation.
    private static let skipped: Set<String> = [
        ".git", ".build", ".venv", ".martlet", ".swiftpm", "results", "__pycache__",
    ]

    /// Makes the tree under `root`.
    init(root: URL) {
        let paths = Self.walk(root).sorted()
        files = paths.compactMap { path in
            guard let data = FileManager.default.contents(atPath: root.path + "/" + path) else {
                return nil
            }
            return SourceFile(path: path, text: Array(data))
        }
    }

    /// Makes a tree of files that exist in a test only.
    init(files: [SourceFile]) {
        self.files = files
    }

    /// Four folders up from this file.
    private static var projectRoot: URL {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url
    }

    private static func walk(_ root: URL) -> [String] {
        guard let walker = FileManager.default.enumerator(atPath: root.path) else { return [] }
        var paths: [String] = []
        while let path = walker.nextObject() as? String {
            let name = (path as NSString).lastPathComponent
            if skipped.contains(name) || name.hasPrefix(".build") {
                walker.skipDescendants()
                continue
            }
            let isFile = walker.fileAttributes?[.type] as? FileAttributeType == .typeRegular
            // What protoc-gen-swift makes is not ours to write.
            if name.hasSuffix(".pb.swift") { continue }
            if isFile, extensions.contains((name as NSString).pathExtension) {
                paths.append(path)
            }
        }
        return paths
    }
}

import FoundationEssentials
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The files that define services, for a server's reflection.
struct DefinitionSource {
    private let files: [Google_Protobuf_FileDescriptorProto]

    /// What every server has already: the files of Protocol Buffers, and those of `google.api`.
    private static let known = SwiftProtobufInfo.bundledProtoFiles.union([
        "google/api/annotations.proto", "google/api/http.proto",
    ])

    /// Gathers a file and what it imports, each behind what it imports itself.
    init(_ file: FileDescriptor) {
        var files: [Google_Protobuf_FileDescriptorProto] = []
        var seen = Self.known
        func add(_ file: FileDescriptor) {
            guard seen.insert(file.name).inserted else { return }
            for dependency in file.dependencies { add(dependency) }
            files.append(file.extractProto())
        }
        add(file)
        self.files = files
    }

    /// The serialised `FileDescriptorSet` in Base64, broken into lines.
    var lines: [String] {
        get throws {
            var set = Google_Protobuf_FileDescriptorSet()
            set.file = files
            let bytes: Data = try set.serializedBytes()
            var rest = Substring(bytes.base64EncodedString())
            var lines: [String] = []
            while !rest.isEmpty {
                lines.append(String(rest.prefix(Self.width)))
                rest = rest.dropFirst(Self.width)
            }
            return lines
        }
    }

    private static let width = 92
}

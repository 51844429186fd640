import SwiftProtobufPluginLibrary

/// What `--martlet_opt` says.
struct GeneratorOptions {
    /// Who can see what is generated.
    enum Visibility: String, CaseIterable {
        case `public` = "Public"
        case package = "Package"
        case `internal` = "Internal"

        /// What stands before a declaration.
        var modifier: String {
            self == .internal ? "" : "\(rawValue.lowercased()) "
        }
    }

    var visibility = Visibility.internal
    /// Whether there is something for a server.
    var server = true
    /// Whether there is a client.
    var client = true
    var fileNaming = FileNaming.fullPath
    /// Which modules messages of other files live in.
    var modules = ProtoFileToModuleMappings()

    /// The options as they are when nothing is said.
    init() {}

    /// Reads options.
    ///
    /// - Throws: ``GeneratorError`` for one that is not known, or has a value that is not.
    init(_ pairs: [(key: String, value: String)]) throws {
        for (key, value) in pairs {
            switch key {
            case "Visibility":
                visibility = try Self.choice(key, value, Visibility.allCases)
            case "Server":
                server = try Self.flag(key, value)
            case "Client":
                client = try Self.flag(key, value)
            case "FileNaming":
                fileNaming = try Self.choice(key, value, FileNaming.allCases)
            case "ProtoPathModuleMappings":
                do {
                    modules = try ProtoFileToModuleMappings(path: value)
                } catch {
                    throw GeneratorError("option \(key)=\(value): \(error)")
                }
            default:
                throw GeneratorError(
                    """
                    there is no option '\(key)'; there are Visibility, Server, Client, FileNaming \
                    and ProtoPathModuleMappings
                    """
                )
            }
        }
        guard server || client else {
            throw GeneratorError("Server=false and Client=false leave nothing to generate")
        }
    }

    private static func flag(_ key: String, _ value: String) throws -> Bool {
        guard let flag = Bool(value.lowercased()) else {
            throw GeneratorError("option \(key)=\(value): it is true or false")
        }
        return flag
    }

    /// The choice that `value` names; the case of letters does not matter, nor do underscores.
    private static func choice<Choice: RawRepresentable<String>>(
        _ key: String,
        _ value: String,
        _ choices: [Choice]
    ) throws -> Choice {
        let plain = value.lowercased().filter { $0 != "_" }
        guard let choice = choices.first(where: { $0.rawValue.lowercased() == plain }) else {
            let names = choices.map(\.rawValue).joined(separator: ", ")
            throw GeneratorError("option \(key)=\(value): it is one of \(names)")
        }
        return choice
    }
}

/// Where a generated file goes, as protoc-gen-swift has it.
enum FileNaming: String, CaseIterable {
    /// Beside its .proto, from the root of the output.
    case fullPath = "FullPath"
    /// Into the root of the output, with the folders in its name.
    case pathToUnderscores = "PathToUnderscores"
    /// Into the root of the output.
    case dropPath = "DropPath"

    /// Where the file that is generated from `proto` goes.
    func path(of proto: String) -> String {
        let stem = proto.hasSuffix(".proto") ? String(proto.dropLast(6)) : proto
        let parts = stem.split(separator: "/")
        return switch self {
        case .fullPath: "\(stem).martlet.swift"
        case .pathToUnderscores: "\(parts.joined(separator: "_")).martlet.swift"
        case .dropPath: "\(parts.last ?? "").martlet.swift"
        }
    }
}

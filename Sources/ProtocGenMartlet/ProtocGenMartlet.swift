import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// The plug-in of protoc that makes services of Martlet out of those of a .proto.
///
/// `protoc --martlet_out=DIR --martlet_opt=OPTION=VALUE … FILES` makes a `NAME.martlet.swift` of
/// every file that defines services, to stand beside what protoc-gen-swift makes of its messages.
@main
struct ProtocGenMartlet: CodeGenerator {
    /// What the plug-in understands of the language.
    var supportedFeatures: [Google_Protobuf_Compiler_CodeGeneratorResponse.Feature] {
        [.proto3Optional, .supportsEditions]
    }

    /// The editions of the language that it understands.
    var supportedEditionRange: ClosedRange<Google_Protobuf_Edition> {
        DescriptorSet.bundledEditionsSupport
    }

    /// What it reads of options that others have defined.
    var customOptionExtensions: [any AnyMessageExtension] {
        [Google_Api_Extensions_http]
    }

    /// Makes a file for each of `files` that defines services.
    func generate(
        files: [FileDescriptor],
        parameter: any CodeGeneratorParameter,
        protoCompilerContext: any ProtoCompilerContext,
        generatorOutputs: any GeneratorOutputs
    ) throws {
        let options = try GeneratorOptions(parameter.parsedPairs)
        for file in files where !file.services.isEmpty {
            let source = try FileSource(file, options)
            try generatorOutputs.add(
                fileName: options.fileNaming.path(of: file.name),
                contents: source.text
            )
        }
    }
}

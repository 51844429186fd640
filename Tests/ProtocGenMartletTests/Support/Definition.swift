import SwiftProtobuf
import SwiftProtobufPluginLibrary

@testable import ProtocGenMartlet

/// A .proto that is made in a test.
struct Definition {
    var file = Google_Protobuf_FileDescriptorProto.with { file in
        file.name = "folder/example.proto"
        file.syntax = "proto3"
        file.package = "example"
        file.messageType = [
            .with { $0.name = "In" },
            .with { $0.name = "Out" },
        ]
    }
    var parameter = ""
    /// What it imports.
    var imports: [Google_Protobuf_FileDescriptorProto] = []

    /// Adds a service with methods of one message each way.
    mutating func service(_ name: String, methods: [String] = ["Call"]) {
        file.service.append(
            .with { service in
                service.name = name
                service.method = methods.map { method in
                    .with { descriptor in
                        descriptor.name = method
                        descriptor.inputType = ".example.In"
                        descriptor.outputType = ".example.Out"
                    }
                }
            }
        )
    }

    /// Says something of what is at a place of the file.
    mutating func comment(_ text: String, at path: [Int32], trailing: Bool = false) {
        file.sourceCodeInfo.location.append(
            .with { location in
                location.path = path
                location.span = [0, 0, 0]
                if trailing {
                    location.trailingComments = text
                } else {
                    location.leadingComments = text
                }
            }
        )
    }

    /// What the plug-in answers to protoc.
    func generate() -> Google_Protobuf_Compiler_CodeGeneratorResponse {
        let request = Google_Protobuf_Compiler_CodeGeneratorRequest.with { request in
            request.parameter = parameter
            request.fileToGenerate = [file.name]
            request.protoFile = imports + [file]
        }
        return generateCode(request: request, generator: ProtocGenMartlet())
    }

    /// The one file that is generated; empty when there is none.
    func source() -> String {
        generate().file.first?.content ?? ""
    }
}

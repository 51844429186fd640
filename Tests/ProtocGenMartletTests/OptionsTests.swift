import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

@testable import ProtocGenMartlet

@Suite("Options of the generator")
struct OptionsTests {
    private func definition(_ parameter: String) -> Definition {
        var definition = Definition()
        definition.service("Service")
        definition.parameter = parameter
        return definition
    }

    @Test("without options, everything is generated, for the module alone")
    func defaults() throws {
        let options = try GeneratorOptions([])
        #expect(options.visibility == .internal)
        #expect(options.server && options.client)
        #expect(options.fileNaming == .fullPath)
        #expect(!options.modules.hasMappings)
        let source = definition("").source()
        #expect(source.contains("\nimport MartletRPC\n"))
        #expect(source.contains("\nprotocol Example_ServiceMethods: Sendable {\n"))
        #expect(source.contains("\nstruct Example_ServiceClient: Sendable {\n"))
    }

    @Test(
        "the visibility is that of imports and of all declarations",
        arguments: [
            ("Public", "public"), ("public", "public"), ("Package", "package"),
        ]
    )
    func visibility(value: String, modifier: String) {
        let source = definition("Visibility=\(value)").source()
        for line in [
            "\(modifier) import MartletRPC",
            "\(modifier) protocol Example_ServiceMethods: Sendable {",
            "    \(modifier) mutating func register(_ service: some Example_ServiceMethods) {",
            "    \(modifier) static let exampleService = RPCServiceDescriptor(",
            "\(modifier) struct Example_ServiceClient: Sendable {",
            "    \(modifier) init(_ client: RPCClient) {", "    \(modifier) func call(",
        ] {
            #expect(source.contains("\n\(line)\n"), "\(line)")
        }
    }

    @Test("the server's side and the client's can be left out, but not both")
    func sides() {
        let client = definition("Server=false").source()
        #expect(!client.contains("protocol") && !client.contains("base64Definition"))
        #expect(client.contains("struct Example_ServiceClient"))
        let server = definition("Client=false,Server=true").source()
        #expect(server.contains("protocol") && server.contains("base64Definition"))
        #expect(!server.contains("struct"))
        let none = definition("Client=false,Server=false").generate()
        #expect(none.error == "Server=false and Client=false leave nothing to generate")
        #expect(none.file.isEmpty)
    }

    @Test(
        "files are named as protoc-gen-swift names them",
        arguments: [
            ("", "folder/example.martlet.swift"),
            ("FileNaming=FullPath", "folder/example.martlet.swift"),
            ("FileNaming=PathToUnderscores", "folder_example.martlet.swift"),
            ("FileNaming=drop_path", "example.martlet.swift"),
        ]
    )
    func fileNaming(parameter: String, name: String) {
        #expect(definition(parameter).generate().file.map(\.name) == [name])
    }

    @Test(
        "an option that is not known, or has a value that is not, is named",
        arguments: [
            (
                "Colour=red",
                """
                there is no option 'Colour'; there are Visibility, Server, Client, FileNaming and \
                ProtoPathModuleMappings
                """
            ),
            (
                "Visibility=Private",
                "option Visibility=Private: it is one of Public, Package, Internal"
            ),
            ("Server", "option Server=: it is true or false"),
            (
                "FileNaming=Short",
                "option FileNaming=Short: it is one of FullPath, PathToUnderscores, DropPath"
            ),
            (
                "ProtoPathModuleMappings=/nowhere",
                "option ProtoPathModuleMappings=/nowhere: failToOpen(path: \"/nowhere\")"
            ),
        ]
    )
    func unknown(parameter: String, error: String) {
        let response = definition(parameter).generate()
        #expect(response.error == error)
        #expect(response.file.isEmpty)
    }

    @Test("a message of another module is named with it, and the module imported once")
    func modules() throws {
        var options = GeneratorOptions()
        options.modules = try ProtoFileToModuleMappings(
            moduleMappingsProto: SwiftProtobuf_GenSwift_ModuleMappings(
                textFormatString: """
                    mapping { module_name: "Messages" proto_file_path: "other.proto" }
                    mapping { module_name: "Services" proto_file_path: "folder/example.proto" }
                    """
            )
        )
        var definition = definition("")
        let other = Google_Protobuf_FileDescriptorProto.with { file in
            file.name = "other.proto"
            file.messageType = [.with { $0.name = "Other" }]
        }
        definition.file.dependency = ["other.proto"]
        definition.file.service[0].method[0].outputType = ".Other"
        let set = DescriptorSet(protos: [other, definition.file])
        let file = try #require(set.fileDescriptor(named: definition.file.name))
        let source = try FileSource(file, options).text
        #expect(source.contains("\nimport MartletRPC\nimport Messages\n\n"))
        #expect(source.contains("call: RPCCall) async throws -> Messages.Other\n"))
    }
}

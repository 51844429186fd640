import Foundation
import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

@testable import ProtocGenMartlet

@Suite("Generated code")
struct SourceTests {
    @Test(
        "each kind of call has its types on both sides",
        arguments: [
            (false, false, "unary", "_ request: Example_In", "Example_Out", "Example_Out"),
            (
                true, false, "clientStreaming", "_ requests: RPCStream<Example_In>", "Example_Out",
                "Example_Out"
            ),
            (
                false, true, "serverStreaming", "_ request: Example_In", "RPCStream<Example_Out>",
                "RPCMessages<Example_Out>"
            ),
            (
                true, true, "bidirectional", "_ requests: RPCStream<Example_In>",
                "RPCStream<Example_Out>", "RPCMessages<Example_Out>"
            ),
        ]
    )
    func kinds(
        takesMany: Bool,
        givesMany: Bool,
        kind: String,
        input: String,
        served: String,
        called: String
    ) {
        var definition = Definition()
        definition.service("Service")
        definition.file.service[0].method[0].clientStreaming = takesMany
        definition.file.service[0].method[0].serverStreaming = givesMany
        let source = definition.source()
        #expect(source.contains("\(kind)(\"example.Service/Call\", service.call)\n"))
        #expect(source.contains(" async throws -> \(served)\n"))
        let function = """
                func call(
                    \(input),
                    options: RPCCallOptions = RPCCallOptions()
                ) async throws -> \(called) {
                    try await client.\(kind)("example.Service/Call",
            """
        #expect(source.contains(function), "\(source)")
        #expect(source.contains("options: options).message\n") == !givesMany)
    }

    @Test("a file without services makes nothing")
    func nothing() {
        let response = Definition().generate()
        #expect(response.file.isEmpty && !response.hasError)
    }

    @Test("methods are listed a line each, and a single one is not")
    func lists() {
        var one = Definition()
        one.service("Service")
        #expect(one.source().contains("        methods: [Method(\"Call\")],\n"))
        var two = Definition()
        two.service("Service", methods: ["Call", "Other"])
        let lines =
            "        methods: [\n            Method(\"Call\"),\n            Method(\"Other\"),\n"
        #expect(two.source().contains(lines))
    }

    @Test("a deprecated method is so for those who call it")
    func deprecated() {
        var definition = Definition()
        definition.service("Service")
        #expect(!definition.source().contains("@available"))
        definition.file.service[0].method[0].options.deprecated = true
        let source = definition.source()
        #expect(source.contains("    @available(*, deprecated)\n    func call(\n"))
        #expect(source.ranges(of: "@available").count == 1)
    }

    @Test("the definition holds what is imported, in order, but for what every server has")
    func definition() throws {
        var definition = Definition()
        definition.service("Service")
        definition.comment("Not for the wire.", at: [6, 0])
        definition.imports = [
            .with { $0.name = "google/protobuf/empty.proto" }, .with { $0.name = "first.proto" },
            .with {
                $0.name = "second.proto"
                $0.dependency = ["first.proto", "google/protobuf/empty.proto"]
            },
        ]
        definition.file.dependency = ["second.proto", "first.proto"]
        let source = definition.source()
        let start = try #require(source.range(of: "base64Definition = \"\"\"\n"))
        let text = source[start.upperBound...].prefix { $0 != "\"" }
            .filter { !$0.isWhitespace && $0 != "\\" }
        let bytes = try #require(Data(base64Encoded: text))
        let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes)
        #expect(set.file.map(\.name) == ["first.proto", "second.proto", "folder/example.proto"])
        #expect(set.file.last?.service == definition.file.service)
        #expect(set.file.last?.hasSourceCodeInfo == false)
    }

    @Test("editions and optional fields are understood")
    func features() {
        let response = Definition().generate()
        #expect(response.supportedFeatures == 3)
        #expect(response.maximumEdition >= 1000)
    }
}

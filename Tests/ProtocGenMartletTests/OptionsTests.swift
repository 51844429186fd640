import SwiftProtobufPluginLibrary
import Testing

@testable import ProtocGenMartlet

@Suite("Generator options")
struct OptionsTests {
    @Test("without options, everything is generated, for the module alone")
    func defaults() throws {
        let options = try GeneratorOptions([])
        #expect(options.visibility == .internal)
        #expect(options.server && options.client)
        #expect(options.fileNaming == .fullPath)
        #expect(!options.modules.hasMappings)
    }
}

import MartletHTTP
import MartletRPC
import SwiftProtobuf
import Testing

@Suite("Generated code", .timeLimit(.minutes(1)))
struct GeneratedClientTests {
    private let client: Test_Everything_EverythingClient

    init() {
        var methods = RPCMethods()
        methods.register(EverythingService())
        client = Test_Everything_EverythingClient(
            RPCClient(InMemoryTransport(RPCHandler(methods)), at: "http://test")
        )
    }

    private func name(_ name: String) -> Test_Everything_Name { .with { $0.name = name } }

    @Test("a unary method of the client reaches that of the service")
    func unary() async throws {
        let greeting = try await client.greet(name("Anna"))
        #expect(greeting.text == "Hello, Anna, from test.everything.Everything/Greet")
        let part = Test_Parts_Part.with { part in
            part.name = "wheel"
            part.Test_Parts_days = 3
        }
        let back =
            try await client.replaceAllPartsOfTheWholeThingThatHaveBecomeTooOldForFurtherUse(part)
        // Nobody has said which extensions there are: they come back as they went.
        let sent: [UInt8] = try part.serializedBytes()
        #expect(try back.serializedBytes() == sent)
    }

    @Test("a server streams, and its error arrives")
    func serverStreaming() async throws {
        var numbers: [Int32] = []
        for try await number in try await client.count(3) { numbers.append(number.value) }
        #expect(numbers == [0, 1, 2])
        let error = await #expect(throws: RPCError.self) {
            for try await _ in try await client.count(-1) {}
        }
        #expect(error?.status.code == .invalidArgument)
    }

    @Test("a client streams")
    func clientStreaming() async throws {
        let names = ["Anna", "Berta"].map(name)
        let greeting = try await client.join(
            RPCStream { writer in
                for name in names { try await writer.write(name) }
            }
        )
        #expect(greeting.text == "Anna and Berta")
    }

    @Test("both stream")
    func bidirectional() async throws {
        let names = ["Anna", "Berta"].map(name)
        let answers = try await client.chat(
            RPCStream { writer in
                for name in names { try await writer.write(name) }
            }
        )
        var texts: [String] = []
        for try await answer in answers { texts.append(answer.text) }
        #expect(texts == ["re: Anna", "re: Berta"])
    }

    @Test("a method that the server does not have is unimplemented")
    func missing() async throws {
        let keywords = Test_Everything_KeywordsClient(client.client)
        let error = await #expect(throws: RPCError.self) { try await keywords.`init`(name("x")) }
        #expect(error?.status.code == .unimplemented)
        #expect(error?.status.message == "There is no method /test.everything.Keywords/Init.")
    }
}

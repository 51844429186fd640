import MartletCore
import MartletTransport
import NIOCore
import Testing

@Suite("BufferedReader")
struct BufferedReaderTests {
    private func text(_ bytes: ByteBuffer?) -> String? { bytes.map { String(buffer: $0) } }

    @Test("a piece is read wherever the input was cut", arguments: 1...12)
    func anyCut(size: Int) async throws {
        let input = "line one\r\nline two\nkey=value;1234567890"
        var pieces: [String] = []
        var rest = input[...]
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let reader = BufferedReader(ScriptedSource(pieces))
        #expect(text(try await reader.readLine()) == "line one")
        #expect(text(try await reader.peek(4)) == "line")
        #expect(text(try await reader.readLine()) == "line two")
        #expect(text(try await reader.readUntil("=".utf8)) == "key")
        #expect(text(try await reader.readUntil(";".utf8)) == "value")
        #expect(text(try await reader.readExactly(3)) == "123")
        try await reader.discard(4)
        #expect(text(try await reader.readExactly(3)) == "890")
        #expect(try await reader.read() == nil)
        #expect(try await reader.readLine() == nil)
        #expect(try await reader.readExactly(1) == nil)
        #expect(try await reader.peek(1).readableBytes == 0)
    }

    @Test("read gives what is there first, and no more than was asked for")
    func read() async throws {
        let reader = BufferedReader(ScriptedSource(["abcdef", "", "gh"]))
        #expect(text(try await reader.read(upTo: 2)) == "ab")
        #expect(reader.bufferedBytes == 4)
        #expect(text(try await reader.read()) == "cdef")
        #expect(reader.bufferedBytes == 0)
        #expect(text(try await reader.read()) == "gh")
        #expect(try await reader.read() == nil)
    }

    @Test("a sequence of buffers is a source")
    func sequence() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        continuation.yield(ByteBuffer(string: "a\nb"))
        continuation.yield(ByteBuffer(string: "c\n"))
        continuation.finish()
        let reader = BufferedReader(stream)
        #expect(text(try await reader.readLine()) == "a")
        #expect(text(try await reader.readLine()) == "bc")
        #expect(try await reader.readLine() == nil)
    }

    @Test("input that ends within a piece is an error that says how much there was")
    func unfinished() async throws {
        func message(_ body: (BufferedReader<ScriptedSource>) async throws -> Void) async -> String
        {
            let reader = BufferedReader(ScriptedSource(["abc"]))
            let error = await #expect(throws: FramingError.self) { try await body(reader) }
            #expect(error?.code == .unfinished)
            return error?.message ?? ""
        }
        #expect(await message { _ = try await $0.readExactly(4) }.contains("3 of 4"))
        #expect(await message { _ = try await $0.readLine() }.contains("3 bytes"))
        #expect(await message { _ = try await $0.readUntil("-".utf8) }.contains("3 bytes"))
        #expect(await message { _ = try await $0.discard(5) }.contains("2 bytes"))
    }

    @Test("what was not read stays after an error")
    func staysAfterError() async throws {
        struct Broken: Error {}
        let source = ScriptedSource([
            .bytes(ByteBuffer(string: "abc")), .failure(Broken()),
            .bytes(ByteBuffer(string: "d\n")),
        ])
        let reader = BufferedReader(source)
        await #expect(throws: Broken.self) { try await reader.readLine() }
        #expect(reader.bufferedBytes == 3)
        #expect(text(try await reader.readLine()) == "abcd")
    }

    @Test("no more than the limit is held for a piece")
    func limit() async throws {
        func code(_ body: (BufferedReader<ScriptedSource>) async throws -> Void) async -> String? {
            let source = ScriptedSource(["1234", "56", "7890", "\n"])
            let reader = BufferedReader(source, maximumBuffered: 4)
            let error = await #expect(throws: FramingError.self) { try await body(reader) }
            #expect(reader.bufferedBytes <= 6)
            return error?.code == .tooLarge ? "too large" : nil
        }
        #expect(await code { _ = try await $0.readLine() } == "too large")
        #expect(await code { _ = try await $0.readUntil("\n".utf8) } == "too large")
        #expect(await code { _ = try await $0.readExactly(5) } == "too large")
        #expect(await code { _ = try await $0.peek(5) } == "too large")
        let reader = BufferedReader(ScriptedSource(["12", "34\n"]), maximumBuffered: 4)
        #expect(text(try await reader.readLine()) == "1234")
        #expect(BufferedReader(ScriptedSource([])).maximumBuffered == 65_536)
        #expect(BufferedReader(ScriptedSource([])).completionTimeout == .seconds(30))
    }

    @Test("more than the limit can be discarded")
    func discardsMore() async throws {
        let source = ScriptedSource(["12345678", "90", "rest"])
        let reader = BufferedReader(source, maximumBuffered: 4)
        try await reader.discard(10)
        #expect(text(try await reader.read()) == "rest")
    }

    @Test("a peek stays, and reading shares its memory")
    func peekShares() async throws {
        let source = ByteBuffer(string: "abcdef")
        let reader = BufferedReader(ScriptedSource([.bytes(source)]))
        let ahead = try await reader.peek(3)
        let bytes = try #require(try await reader.readExactly(6))
        #expect(text(ahead) == "abc")
        #expect(text(bytes) == "abcdef")
        #expect(ahead.address == source.address)
        #expect(bytes.address == source.address)
    }

    @Test("pieces that were handed out do not change when more arrives")
    func handedOut() async throws {
        let reader = BufferedReader(ScriptedSource(["one\ntwo", "two\nthr", "ee\n"]))
        var lines: [ByteBuffer] = []
        while let line = try await reader.readLine() { lines.append(line) }
        #expect(lines.map { String(buffer: $0) } == ["one", "twotwo", "three"])
    }
}

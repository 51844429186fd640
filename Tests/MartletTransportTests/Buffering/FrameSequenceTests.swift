import MartletCore
import MartletTransport
import NIOCore
import Testing

@Suite("Frames of a reader")
struct FrameSequenceTests {
    private struct Pair: Equatable, Sendable {
        let first: UInt8
        let second: UInt8
    }

    /// A framing of one's own: two bytes, the first of which is taken out before the second comes.
    private struct Pairs: FrameDecoder {
        var maximumEncodedSize: Int { 2 }
        var first: UInt8?

        mutating func decode(from input: inout ByteBuffer) throws -> Pair? {
            if first == nil { first = input.readInteger() }
            guard let start = first, let second = input.readInteger(as: UInt8.self) else {
                return nil
            }
            first = nil
            return Pair(first: start, second: second)
        }

        mutating func decodeLast(from input: inout ByteBuffer) throws -> Pair? {
            if let pair = try decode(from: &input) { return pair }
            guard first == nil else { throw FramingError(.custom("odd"), "One byte is left.") }
            return nil
        }
    }

    /// A framing that never finds a frame and never refuses.
    private struct Hoarder: FrameDecoder {
        var maximumEncodedSize: Int { 10 }
        mutating func decode(from input: inout ByteBuffer) throws -> ByteBuffer? { nil }
    }

    private func source(_ pieces: [[UInt8]]) -> ScriptedSource {
        ScriptedSource(pieces.map { .bytes(ByteBuffer(bytes: $0)) })
    }

    @Test("frames are an asynchronous sequence, behind which the reader goes on")
    func loop() async throws {
        let reader = BufferedReader(source([[0, 1, 7, 0], [2, 8, 9, 0, 0, 1]]))
        var frames: [[UInt8]] = []
        for try await frame in reader.frames(using: LengthPrefixFraming(width: .two)) {
            frames.append(Array(frame.readableBytesView))
            if frames.count == 2 { break }
        }
        #expect(frames == [[7], [8, 9]])
        #expect(try await reader.readExactly(3) == ByteBuffer(bytes: [0, 0, 1]))
    }

    @Test("a framing of one's own works, to the end of the input")
    func custom() async throws {
        let reader = BufferedReader(source([[1], [2, 3], [4]]))
        var pairs: [Pair] = []
        for try await pair in reader.frames(using: Pairs()) { pairs.append(pair) }
        #expect(pairs == [Pair(first: 1, second: 2), Pair(first: 3, second: 4)])
        let odd = BufferedReader(source([[1, 2, 3]]))
        let error = await #expect(throws: FramingError.self) {
            for try await _ in odd.frames(using: Pairs()) {}
        }
        #expect(error?.code == .custom("odd"))
    }

    @Test("a framing's limit holds and not the reader's")
    func limits() async throws {
        let frame = [UInt8](repeating: 1, count: 50)
        let reader = BufferedReader(source([[50], frame]), maximumBuffered: 10)
        for try await bytes in reader.frames(using: LengthPrefixFraming(width: .one)) {
            #expect(bytes.readableBytes == 50)
        }
    }

    @Test("a framing that refuses nothing is stopped at the limit that it names")
    func hoarding() async throws {
        let pieces = [[UInt8]](repeating: [1, 2, 3], count: 100)
        let reader = BufferedReader(source(pieces))
        let error = await #expect(throws: FramingError.self) {
            for try await _ in reader.frames(using: Hoarder()) {}
        }
        #expect(error?.code == .tooLarge)
        #expect(reader.bufferedBytes == 12)
    }

    @Test("a frame that is begun must be finished in time, however steadily its bytes come")
    func completionTimeout() async throws {
        let clock = ManualClock()
        let drip = (0..<100).flatMap { _ -> [ScriptedSource.Step] in
            [.bytes(ByteBuffer(bytes: [1])), .wait(.seconds(3))]
        }
        let prefix: [ScriptedSource.Step] = [.wait(.seconds(500)), .bytes(ByteBuffer(bytes: [90]))]
        let reader = BufferedReader(
            ScriptedSource(prefix + drip, clock: clock),
            completionTimeout: .seconds(10),
            clock: clock
        )
        let error = await #expect(throws: FramingError.self) {
            for try await _ in reader.frames(using: LengthPrefixFraming(width: .one)) {}
        }
        #expect(error?.code == .deadlineExceeded)
        // The length, and the bytes that came after 0, 3, 6 and 9 seconds, and one too late.
        #expect(reader.bufferedBytes == 6)
    }

    @Test("each frame has its own time, and the wait for its beginning does not count")
    func timePerFrame() async throws {
        let clock = ManualClock()
        let steps = (0..<20).flatMap { _ -> [ScriptedSource.Step] in
            [
                .wait(.seconds(100)), .bytes(ByteBuffer(bytes: [2, 1])),
                .wait(.seconds(9)), .bytes(ByteBuffer(bytes: [1])),
            ]
        }
        let reader = BufferedReader(
            ScriptedSource(steps, clock: clock),
            completionTimeout: .seconds(10),
            clock: clock
        )
        var count = 0
        for try await _ in reader.frames(using: LengthPrefixFraming(width: .one)) { count += 1 }
        #expect(count == 20)
    }

    @Test("a source is told when the piece that it is read for must be complete")
    func deadlineOfSource() async throws {
        struct Recorder: ByteSource {
            var pieces: [ByteBuffer]
            let limit: @Sendable (ContinuousClock.Instant) -> Void

            mutating func read() async throws -> ByteBuffer? { pieces.popLast() }
            mutating func read(
                until deadline: ContinuousClock.Instant
            ) async throws -> ByteBuffer? {
                limit(deadline)
                return pieces.popLast()
            }
        }
        let clock = ManualClock()
        let expected = clock.now + .seconds(5)
        let source = Recorder(
            pieces: ["c\n", "b", "a"].map { ByteBuffer(string: $0) },
            limit: { #expect($0 == expected) }
        )
        let reader = BufferedReader(source, completionTimeout: .seconds(5), clock: clock)
        #expect(try await reader.readLine() == ByteBuffer(string: "abc"))
    }
}

import Foundation
import MartletTransport
import NIOCore
import TestSupport
import Testing

@Suite("Framings under fuzzing")
struct FramingFuzzTests {
    /// Every run sees the same cases; `MARTLET_FUZZ_CASES` says how many.
    private static let seed: UInt64 = 0x4D41_5254_4C45_5433
    private static let cases = Fuzz.cases(1500)

    /// The smallest limit, so that the cases reach it.
    private static let limit = 12

    private static let codecs: [any FrameCodec<ByteBuffer>] =
        LengthPrefixFraming.Width.allCases.flatMap { width in
            LengthPrefixFraming.ByteOrder.allCases.flatMap { order in
                [false, true].map { countsItself in
                    LengthPrefixFraming(
                        width: width,
                        byteOrder: order,
                        countsItself: countsItself,
                        maximumFrameSize: limit
                    )
                }
            }
        } + [
            NewlineFraming(maximumFrameSize: limit),
            NewlineFraming(lineEnd: .carriageReturnLineFeed, maximumFrameSize: limit),
            DelimiterFraming("a".utf8, maximumFrameSize: limit),
            DelimiterFraming("abab".utf8, maximumFrameSize: limit),
            DelimiterFraming("\r\n\r\n".utf8, maximumFrameSize: limit),
            FixedSizeFraming(frameSize: 3),
        ]

    private func frame(_ random: inout SplitMix) -> [UInt8] {
        let alphabet = Array("aabb\r\n\u{0}\u{3}".utf8)
        let count = Int.random(in: 0...Self.limit + 1, using: &random)
        return (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
    }

    private func split(_ bytes: [UInt8], _ random: inout SplitMix) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...min(9, rest.count), using: &random)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    /// The frames of a random sequence that the codec takes, and their bytes.
    private func sent(
        by codec: any FrameCodec<ByteBuffer>,
        _ random: inout SplitMix
    ) -> (frames: [[UInt8]], bytes: [UInt8]) {
        var frames: [[UInt8]] = []
        var output = ByteBuffer()
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let frame = frame(&random)
            let before = output
            do {
                try codec.encode(ByteBuffer(bytes: frame), into: &output)
                frames.append(frame)
            } catch {
                #expect(output == before, "a refused frame left something behind")
            }
        }
        return (frames, Array(output.readableBytesView))
    }

    @Test("what is sent is what is read, however it is cut")
    func roundTrip() {
        var random = SplitMix(seed: Self.seed)
        var count = 0
        for codec in Self.codecs {
            for _ in 0..<Self.cases / 10 {
                let (frames, bytes) = sent(by: codec, &random)
                count += frames.count
                let decoded = DecodedFrames(split(bytes, &random), with: codec)
                #expect(decoded.frames == frames, "\(codec): \(bytes)")
                #expect(decoded.refusal == nil, "\(codec): \(bytes)")
            }
        }
        // Else hardly anything was sent.
        #expect(count > Self.codecs.count * Self.cases / 20)
    }

    @Test("damaged input is judged alike however it is cut, and within the limits")
    func damage() {
        var random = SplitMix(seed: Self.seed &+ 1)
        var refusals: [FramingError.Code: Int] = [:]
        for codec in Self.codecs {
            for _ in 0..<Self.cases / 10 {
                var bytes = sent(by: codec, &random).bytes + frame(&random)
                for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
                    let at = Int.random(in: 0..<bytes.count, using: &random)
                    if Bool.random(using: &random) {
                        bytes[at] = UInt8.random(in: 0...255, using: &random)
                    } else {
                        bytes.remove(at: at)
                    }
                }
                let whole = DecodedFrames([bytes], with: codec)
                #expect(DecodedFrames(split(bytes, &random), with: codec) == whole, "\(bytes)")
                #expect(DecodedFrames(bytes.map { [$0] }, with: codec) == whole, "\(bytes)")
                #expect(whole.frames.allSatisfy { $0.count <= Self.limit })
                if let refusal = whole.refusal { refusals[refusal, default: 0] += 1 }
            }
        }
        // Else the cases say nothing of some refusal.
        for code in [FramingError.Code.tooLarge, .malformed, .unfinished] {
            #expect(refusals[code, default: 0] > Self.cases / 100)
        }
    }
}

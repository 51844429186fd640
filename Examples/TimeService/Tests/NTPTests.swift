import Foundation
import NIOCore
import Testing

@testable import TimeService

@Suite("SNTP")
struct NTPTests {
    /// The first of January 2000: 0xBC17C200 seconds after 1900.
    private let newYear2000 = NTPTimestamp(bits: 0xBC17_C200 << 32)

    @Test("a time of day has the timestamp that RFC 5905 gives it")
    func timestamps() {
        #expect(NTPTimestamp(Date(timeIntervalSince1970: 0)).bits == 2_208_988_800 << 32)
        let newYear = Date(timeIntervalSince1970: 946_684_800)
        #expect(NTPTimestamp(newYear).bits >> 32 == 3_155_673_600)
        let half = NTPTimestamp(Date(timeIntervalSince1970: 0.5))
        #expect(half.bits & 0xFFFF_FFFF == 1 << 31)
    }

    @Test("differences are right in either direction, and across 2036")
    func differences() {
        for duration in [Duration.seconds(5), .milliseconds(-250), .microseconds(1), .zero] {
            let later = newYear2000.advanced(by: duration)
            let error = later.since(newYear2000) - duration
            #expect((.nanoseconds(-1) ... .nanoseconds(1)).contains(error))
        }
        let last = NTPTimestamp(bits: .max)
        #expect(last.advanced(by: .seconds(2)).since(last) == .seconds(2))
        #expect(last.since(last.advanced(by: .seconds(2))) == .seconds(-2))
        let rolledOver = NTPTimestamp(Date(timeIntervalSince1970: 2_085_978_496 + 10))
        #expect(rolledOver.bits >> 32 == 10)
    }

    @Test("a packet has the bytes of RFC 4330, and reads as what it was")
    func bytes() {
        var packet = NTPPacket(.server)
        packet.leapIndicator = 1
        packet.stratum = 2
        packet.poll = 6
        packet.precision = -20
        packet.referenceIdentifier = 0x4C4F_434C
        packet.reference = NTPTimestamp(bits: 1)
        packet.originate = NTPTimestamp(bits: 2)
        packet.receive = NTPTimestamp(bits: 3)
        packet.transmit = NTPTimestamp(bits: 0x0102_0304_0506_0708)
        let bytes = Array(packet.bytes.readableBytesView)
        #expect(bytes.count == NTPPacket.size)
        #expect(bytes[0..<4] == [0b01_100_100, 2, 6, 0xEC])
        #expect(bytes[12..<16] == [0x4C, 0x4F, 0x43, 0x4C])
        #expect([23, 31, 39].map { bytes[$0] } == [1, 2, 3])
        #expect(bytes[40..<48] == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(NTPPacket(packet.bytes) == packet)
        #expect(NTPPacket(packet.bytes.appending([1, 2, 3])) == packet)
    }

    @Test("what is no packet is none, whatever its length and first byte")
    func nonsense() {
        let good = NTPPacket(.client).bytes
        for length in 0..<NTPPacket.size {
            #expect(NTPPacket(good.getSlice(at: 0, length: length) ?? ByteBuffer()) == nil)
        }
        let readable = (UInt8.min...UInt8.max).filter { first in
            var bytes = good
            bytes.setInteger(first, at: 0)
            return NTPPacket(bytes) != nil
        }
        // Versions 1 to 4, modes 3 and 4, any leap indicator.
        #expect(readable.count == 4 * 2 * 4)
    }

    @Test("the server answers with the request's own stamp, when it came and when the answer left")
    func answer() throws {
        let left = newYear2000.advanced(by: .milliseconds(2))
        let server = TimeServer { left }
        var request = NTPPacket(.client)
        request.version = 3
        request.poll = 6
        request.transmit = NTPTimestamp(bits: 0xABCD)
        let bytes = try #require(server.answer(to: request.bytes, arrivedAt: newYear2000))
        let answer = try #require(NTPPacket(bytes))
        #expect(answer.isGood(for: request))
        #expect(answer.version == 3)
        #expect(answer.poll == 6)
        #expect(answer.originate == request.transmit)
        #expect(answer.receive == newYear2000)
        #expect(answer.transmit == left)
    }

    @Test("the server answers requests and nothing else, and with no more bytes than it got")
    func silence() throws {
        let server = TimeServer()
        let request = NTPPacket(.client).bytes
        let answer = try #require(server.answer(to: request, arrivedAt: newYear2000))
        #expect(answer.readableBytes == request.readableBytes)
        #expect(server.answer(to: answer, arrivedAt: newYear2000) == nil)
        #expect(server.answer(to: ByteBuffer(), arrivedAt: newYear2000) == nil)
        #expect(server.answer(to: ByteBuffer(string: "time?"), arrivedAt: newYear2000) == nil)
    }

    @Test("offset and delay are those of RFC 4330, also for a clock that is behind")
    func sample() {
        for offset in [Duration.seconds(3), .seconds(-3)] {
            // 10 ms there, 2 ms at the server, 30 ms back.
            var answer = NTPPacket(.server)
            answer.receive = newYear2000.advanced(by: .milliseconds(10) + offset)
            answer.transmit = newYear2000.advanced(by: .milliseconds(12) + offset)
            let arrived = newYear2000.advanced(by: .milliseconds(42))
            let sample = TimeSample(sent: newYear2000, answer: answer, arrived: arrived)
            let tolerance: ClosedRange<Duration> = .nanoseconds(-3) ... .nanoseconds(3)
            #expect(tolerance.contains(sample.delay - .milliseconds(40)))
            // The ways differ by 20 ms, so the offset is wrong by half of that.
            #expect(tolerance.contains(sample.offset - offset + .milliseconds(10)))
        }
    }

    @Test("an answer that cannot be used is told from a good one")
    func badAnswers() {
        var question = NTPPacket(.client)
        question.transmit = NTPTimestamp(bits: 7)
        var good = NTPPacket(.server)
        good.originate = question.transmit
        good.stratum = 1
        good.transmit = newYear2000
        #expect(good.isGood(for: question))
        let spoilings: [(inout NTPPacket) -> Void] = [
            { $0.mode = .client },
            { $0.originate = NTPTimestamp(bits: 8) },
            { $0.stratum = 0 },
            { $0.stratum = 16 },
            { $0.leapIndicator = 3 },
            { $0.transmit = .unknown },
        ]
        for spoil in spoilings {
            var answer = good
            spoil(&answer)
            #expect(!answer.isGood(for: question))
        }
    }
}

extension ByteBuffer {
    fileprivate func appending(_ bytes: [UInt8]) -> ByteBuffer {
        var longer = self
        longer.writeBytes(bytes)
        return longer
    }
}

import TestSupport
import Testing

@testable import MartletHTTP

@Suite("The table of HTTP/2 streams")
struct HTTP2StreamTableTests {
    @Test("it finds what a dictionary finds, however streams come and go")
    func model() {
        var random = SplitMix(seed: 0x4D41_5254_4832_5401)
        var table = HTTP2StreamTable()
        var model: [HTTP2StreamID: Int32] = [:]
        var next: UInt32 = 1
        for step in 0..<20_000 {
            if model.isEmpty || Bool.random(using: &random) && model.count < 40 {
                let id = HTTP2StreamID(rawValue: next)
                // Now and then streams far apart, which have the same home.
                next += Bool.random(using: &random) ? 2 : 64
                table.add(
                    HTTP2Stream(id: id, sendWindow: Int32(step), receiveWindow: 0)
                )
                model[id] = Int32(step)
            } else if let id = model.keys.sorted().randomElement(using: &random) {
                guard let index = table.index(of: id) else {
                    Issue.record("stream \(id) is lost")
                    return
                }
                table.remove(at: index)
                model[id] = nil
                #expect(table.index(of: id) == nil)
            }
            #expect(table.count == model.count)
            for (id, window) in model {
                #expect(table.index(of: id).map { table[$0].sendWindow } == window)
            }
        }
    }

    @Test("an idle table gives its memory back")
    func memory() {
        var table = HTTP2StreamTable()
        #expect(table.slots.capacity == 0)
        let stream = HTTP2Stream(id: .first, sendWindow: 0, receiveWindow: 0)
        table.add(stream)
        table.releaseMemory()
        #expect(table.index(of: .first) != nil)
        table.remove(at: table.index(of: .first) ?? 0)
        table.releaseMemory()
        #expect(table.slots.capacity == 0)
        #expect(table.index(of: .first) == nil)
        #expect(MemoryLayout<HTTP2Stream>.stride <= 48)
    }

    @Test("the last streams that closed are remembered, and older ones forgotten")
    func closed() {
        var closed = HTTP2ClosedStreams()
        #expect(closed.ending(of: .first) == nil)
        closed.add(HTTP2StreamID(rawValue: 1), .resetByPeer)
        closed.add(HTTP2StreamID(rawValue: 5), .resetByUs)
        #expect(closed.ending(of: .first) == .resetByPeer)
        #expect(closed.ending(of: HTTP2StreamID(rawValue: 3)) == nil)
        for number in 0..<UInt32(HTTP2ClosedStreams.capacity - 1) {
            closed.add(HTTP2StreamID(rawValue: number * 2 + 7), .ended)
        }
        #expect(closed.ending(of: .first) == .forgotten)
        #expect(closed.ending(of: HTTP2StreamID(rawValue: 5)) == .resetByUs)
        #expect(closed.ending(of: HTTP2StreamID(rawValue: 7)) == .ended)
        #expect(closed.ending(of: .last) == nil)
    }
}

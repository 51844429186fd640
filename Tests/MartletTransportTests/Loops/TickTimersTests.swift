import MartletTransport
import NIOCore
import NIOEmbedded
import Testing

@Suite("Tick timers")
struct TickTimersTests {
    private final class Member: Timed {
        var dueTick = TickTimers.never
        var timerIndex = -1
        var calls = 0
        var onTime: (Member) -> Void = { $0.dueTick = TickTimers.never }

        func timedOut() {
            calls += 1
            onTime(self)
        }
    }

    /// Runs `body` on a loop whose time stands still until it is told to move.
    private func withLoop(_ body: (Loop, EmbeddedEventLoop) -> Void) {
        let eventLoop = EmbeddedEventLoop()
        let loop = Loop(eventLoop: eventLoop)
        loop.makeCurrent()
        defer { loop.resignCurrent() }
        body(loop, eventLoop)
    }

    @Test(
        "a time-out is never early, and late by two ticks at most",
        arguments: [0, 1, 99, 100, 101, 1000, 29_950]
    )
    func punctual(_ milliseconds: Int) {
        for offset in stride(from: 0, through: 100, by: 10) {
            withLoop { loop, eventLoop in
                let member = Member()
                loop.addTimed(member)
                eventLoop.advanceTime(by: .milliseconds(Int64(1000 + offset)))
                member.dueTick = loop.timers.tick(after: .milliseconds(milliseconds))
                eventLoop.advanceTime(by: .milliseconds(Int64(max(0, milliseconds - 1))))
                #expect(milliseconds == 0 || member.calls == 0)
                eventLoop.advanceTime(by: .milliseconds(201))
                #expect(member.calls == 1)
                eventLoop.advanceTime(by: .seconds(100))
                #expect(member.calls == 1)
                loop.removeTimed(member)
            }
        }
    }

    @Test("members that remove themselves and others leave the rest alone")
    func removal() {
        withLoop { loop, eventLoop in
            let members = (0..<100).map { _ in Member() }
            for (index, member) in members.enumerated() {
                loop.addTimed(member)
                member.dueTick = loop.timers.tick(after: .seconds(1))
                member.onTime = { member in
                    member.dueTick = TickTimers.never
                    if index.isMultiple(of: 3) { loop.removeTimed(member) }
                    if index % 3 == 1 { loop.removeTimed(members[(index + 1) % 100]) }
                }
            }
            eventLoop.advanceTime(by: .seconds(3))
            for (index, member) in members.enumerated() where index % 3 != 2 {
                #expect(member.calls == 1, "\(index)")
            }
            #expect(members.allSatisfy { $0.calls <= 1 })
            #expect(loop.timers.count == 33)
            for member in members { loop.removeTimed(member) }
            #expect(loop.timers.count == 0)
        }
    }

    @Test("a time-out that is moved or cleared comes when it says, or not at all")
    func moved() {
        withLoop { loop, eventLoop in
            let (moved, cleared) = (Member(), Member())
            for member in [moved, cleared] {
                loop.addTimed(member)
                member.dueTick = loop.timers.tick(after: .seconds(1))
            }
            eventLoop.advanceTime(by: .milliseconds(900))
            moved.dueTick = loop.timers.tick(after: .seconds(1))
            cleared.dueTick = TickTimers.never
            eventLoop.advanceTime(by: .milliseconds(900))
            #expect(moved.calls == 0)
            eventLoop.advanceTime(by: .milliseconds(400))
            #expect(moved.calls == 1)
            #expect(cleared.calls == 0)
        }
    }
}

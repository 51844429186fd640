import MartletSupervisor
import Synchronization
import Testing

@Suite("The journal")
struct JournalTests {
    @Test("keeps the last lines of every service, in the order they were written")
    func ring() {
        let journal = Journal()
        let limit = Journal.linesPerService
        journal.write("rare", of: "quiet", from: .standardError)
        for number in 1...limit + 2 {
            journal.write("line \(number)", of: "chatty", from: .standardOutput)
        }
        let lines = journal.lines()
        #expect(lines.count == limit + 1)
        #expect(lines.first?.text == "rare")
        #expect(lines[1].text == "line 3")
        #expect(lines.last?.text == "line \(limit + 2)")
        #expect(journal.lines(after: UInt64(limit + 2)).map(\.text) == ["line \(limit + 2)"])
    }

    @Test("tells its followers what happens, and drops the oldest for one that sleeps")
    func followers() async throws {
        let journal = Journal()
        let stream = try #require(journal.follow())
        journal.announceStatus()
        let surplus = 5
        for number in 1...Journal.entriesPerFollower + surplus {
            journal.write("\(number)", of: "a", from: .supervisor)
        }
        journal.finish()
        var seen: [String] = []
        for await entry in stream {
            if case .line(let line) = entry { seen.append(line.text) }
        }
        #expect(seen.count == Journal.entriesPerFollower)
        #expect(seen.first == "\(surplus + 1)")
    }

    @Test("is followed by a bounded number, and a follower that leaves makes room")
    func bound() throws {
        let journal = Journal()
        var streams = (0..<Journal.maximumFollowers).compactMap { _ in journal.follow() }
        #expect(streams.count == Journal.maximumFollowers)
        #expect(journal.follow() == nil)
        streams.removeLast()
        #expect(journal.followerCount == Journal.maximumFollowers - 1)
        #expect(journal.follow() != nil)
    }

    @Test("that is finished ends the stream of whoever comes late")
    func finished() async throws {
        let journal = Journal()
        journal.finish()
        let stream = try #require(journal.follow())
        for await _ in stream { Issue.record("Nothing can happen any more.") }
    }

    @Test("displays every line in order")
    func display() {
        let shown = Mutex<[String]>([])
        let journal = Journal { line in shown.withLock { $0.append(line.text) } }
        journal.write("a", of: "x", from: .standardOutput)
        journal.write("b", of: "y", from: .standardOutput)
        #expect(shown.withLock { $0 } == ["a", "b"])
    }
}

import MartletCore
import Synchronization

/// The room: who is there, and what they get to read.
///
/// Members are on different event loops, so a lock guards the list. Nothing waits while it is held:
/// a line is put into every member's queue, or the member is dismissed, at once. So nobody holds
/// up anybody, and all read the same lines in the same order.
final class Room: Sendable {
    /// The longest nickname.
    static let nicknameLimit = 20

    fileprivate struct State {
        var members: [Int: (member: Member, name: String)] = [:]
        var visits = 0
    }

    private let queueLimit: Int
    private let state = Mutex(State())

    /// Makes a room whose members may be so many lines behind.
    init(queueLimit: Int) {
        self.queueLimit = queueLimit
    }

    /// Lets somebody in, under a name of their own.
    func enter() -> Member {
        state.withLock { state in
            state.visits += 1
            let member = Member(id: state.visits, queueLimit: queueLimit)
            var name = "guest-\(member.id)"
            while state.has(name) { name += "-" }
            state.members[member.id] = (member, name)
            state.send("* \(name) is here; /help says what to do", to: [member])
            let others = state.members.values.map(\.member).filter { $0 !== member }
            state.send("* \(name) is here", to: others)
            return member
        }
    }

    /// Lets somebody go; nothing if they have gone.
    func leave(_ member: Member) {
        state.withLock { state in
            guard let (_, name) = state.members.removeValue(forKey: member.id) else { return }
            state.sendToAll("* \(name) has left")
        }
    }

    /// Does what a member wants.
    func perform(_ command: Command, by member: Member) {
        state.withLock { state in
            guard let (_, name) = state.members[member.id] else { return }
            switch command {
            case .say(let text):
                if !text.isEmpty { state.sendToAll("\(name): \(text)") }
            case .nick(let wanted):
                if let problem = state.problem(with: wanted) {
                    state.send("* \(problem)", to: [member])
                } else {
                    state.members[member.id]?.name = wanted
                    state.sendToAll("* \(name) is now \(wanted)")
                }
            case .who:
                let names = state.members.values.map(\.name).sorted()
                state.send("* \(names.joined(separator: ", "))", to: [member])
            case .help:
                state.send("* /nick NAME, /who, /quit; all else is said", to: [member])
            case .unknown(let word):
                state.send("* there is no \(word); /help says what there is", to: [member])
            case .quit:
                break
            }
        }
    }
}

extension Room.State {
    fileprivate func has(_ name: String) -> Bool {
        members.values.contains { $0.name.lowercased() == name.lowercased() }
    }

    /// Why a nickname cannot be had; nil when it can.
    fileprivate func problem(with name: String) -> String? {
        guard (1...Room.nicknameLimit).contains(name.count),
            name.allSatisfy({ $0.isLetter || $0.isNumber || "-_".contains($0) })
        else {
            return "a nickname has 1 to \(Room.nicknameLimit) letters, digits, - and _"
        }
        return has(name) ? "\(name) is here already" : nil
    }

    fileprivate mutating func sendToAll(_ line: String) {
        send(line, to: members.values.map(\.member))
    }

    /// Puts a line into queues; whose queue is full is dismissed, and the others are told.
    fileprivate mutating func send(_ line: String, to readers: [Member]) {
        for reader in readers {
            guard (try? reader.lines.sendNow(line)) == nil else { continue }
            guard let (_, name) = members.removeValue(forKey: reader.id) else { continue }
            reader.dismiss()
            sendToAll("* \(name) was too slow to read and has left")
        }
    }
}

import Testing

@testable import Chat

@Suite("The chat room", .timeLimit(.minutes(2)))
struct ChatTests {
    @Test("what one says all read, under the name that they chose")
    func talk() async throws {
        try await withRoom { port in
            try await Visitor.visit(port, as: "ada") { ada in
                try await Visitor.visit(port, as: "eve") { eve in
                    #expect(try await ada.line() == "* guest-2 is here")
                    #expect(try await ada.line() == "* guest-2 is now eve")
                    try await eve.say("hello")
                    #expect(try await eve.line() == "eve: hello")
                    #expect(try await ada.line() == "eve: hello")
                    try await ada.say("/who")
                    #expect(try await ada.line() == "* ada, eve")
                    try await eve.say("/quit")
                    #expect(try await eve.line() == nil)
                    #expect(try await ada.line() == "* eve has left")
                }
            }
        }
    }

    @Test("a name that is taken, too long or no name is refused, with the reason")
    func names() async throws {
        try await withRoom { port in
            try await Visitor.visit(port, as: "ada") { ada in
                let rule = "* a nickname has 1 to 20 letters, digits, - and _"
                for (name, answer) in [
                    ("ADA", "* ADA is here already"), ("a b", rule), ("", rule),
                    (String(repeating: "a", count: 21), rule),
                ] {
                    try await ada.say("/nick \(name)")
                    #expect(try await ada.line() == answer)
                }
                try await ada.say("/nick")
                #expect(try await ada.line() == rule)
                try await ada.say("/dance now")
                #expect(try await ada.line() == "* there is no /dance; /help says what there is")
            }
        }
    }

    @Test("a guest's name is one that nobody has")
    func guestNames() async throws {
        try await withRoom { port in
            try await Visitor.visit(port, as: "guest-2") { _ in
                try await Visitor.visit(port) { guest in
                    let greeting = try await guest.line()
                    #expect(greeting == "* guest-2- is here; /help says what to do")
                }
            }
        }
    }

    @Test("whoever finishes writing still reads what is on its way, as a script does")
    func halfClose() async throws {
        try await withRoom { port in
            try await Visitor.visit(port) { guest in
                try await guest.say("one")
                try await guest.say("/who")
                try await guest.finish()
                #expect(try await guest.line() == "* guest-1 is here; /help says what to do")
                #expect(try await guest.line() == "guest-1: one")
                #expect(try await guest.line() == "* guest-1")
                #expect(try await guest.line() == nil)
            }
        }
    }

    @Test("a connection that breaks, or sends a line without end, takes its member off the list")
    func broken() async throws {
        var limits = ChatServer.Limits()
        limits.lineLength = 100
        try await withRoom(limits) { port in
            try await Visitor.visit(port, as: "ada") { ada in
                try await Visitor.visit(port, as: "eve") { $0.vanish() }
                for line in ["is here", "is now eve", "eve has left"] {
                    let heard = try await ada.line()
                    #expect(heard?.hasSuffix(line) == true)
                }
                try await Visitor.visit(port, as: "bob") { bob in
                    try await bob.say(String(repeating: "x", count: 200))
                    for line in ["is here", "is now bob", "bob has left"] {
                        let heard = try await ada.line()
                        #expect(heard?.hasSuffix(line) == true)
                    }
                    #expect(try await bob.line()?.hasPrefix("* ") == true)
                    #expect(try await bob.line() == nil)
                }
            }
        }
    }

    @Test("nobody can move another's cursor")
    func control() {
        #expect(Command("a\u{1B}[2Jb\u{7}\tc\u{9B}d") == .say("a[2Jbcd"))
        #expect(Command("/nick  ada") == .nick(" ada"))
        #expect(Command("") == .say(""))
        #expect(Command("/") == .unknown("/"))
    }

    @Test("whoever does not read is sent away with a word, and has held up nobody")
    func slowReader() async throws {
        var limits = ChatServer.Limits()
        limits.lineLength = 50_000
        limits.queuedLines = 4
        let text = String(repeating: "x", count: 40_000)
        try await withRoom(limits) { port in
            try await Visitor.visit(port, as: "slow") { slow in
                try await Visitor.visit(port, as: "ada") { ada in
                    // Each line is read before the next is said, so only the slow one falls behind.
                    var isGone = false
                    for number in 0..<5_000 where !isGone {
                        try await ada.say("\(number) \(text)")
                        var line = try await ada.line()
                        if line == "* slow was too slow to read and has left" {
                            isGone = true
                            line = try await ada.line()
                        }
                        #expect(line == "ada: \(number) \(text)")
                    }
                    #expect(isGone)
                    try await ada.say("/who")
                    let others = try await ada.line()
                    #expect(
                        others == "* ada" || others == "* slow was too slow to read and has left"
                    )
                }
                var last: String?
                while let line = try await slow.line() { last = line }
                #expect(last == "* you read too slowly; come back")
            }
        }
    }
}

import HTTPTypes
import MartletHTTP
import MartletSupervisor
import Testing

@Suite("The console")
struct ConsoleTests {
    private static let base = "http://127.0.0.1:7070"

    @Test(
        "serves its page under a policy that lets nothing else in",
        arguments: [
            ("/", "text/html; charset=utf-8"), ("/console.css", "text/css; charset=utf-8"),
            ("/console.js", "text/javascript; charset=utf-8"), ("/icon.svg", "image/svg+xml"),
        ]
    )
    func files(path: String, type: String) async throws {
        let answer = try await Consoles().answer(Request(.get, Self.base + path))
        #expect(answer.status == .ok)
        #expect(answer.headers[.contentType] == type)
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        #expect(policy.hasPrefix("default-src 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
    }

    @Test("loads nothing from elsewhere, and puts nothing into the page but as text")
    func selfContained() async throws {
        let consoles = try Consoles()
        for path in ["/", "/console.css", "/console.js"] {
            let text = try await consoles.text(Request(.get, Self.base + path))
            let addresses = text.split(separator: "http").dropFirst()
                .filter { !$0.hasPrefix("://127.0.0.1:") && !$0.hasPrefix("://www.w3.org") }
            #expect(addresses.filter { $0.hasPrefix("s://") || $0.hasPrefix("://") } == [])
            for banned in ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", " style="] {
                #expect(!text.contains(banned), "\(path) has \(banned)")
            }
        }
    }

    @Test("refuses wishes that it does not know, and services that there are not")
    func unknown() async throws {
        let consoles = try Consoles()
        let headers: Headers = [HTTPField.Name(known: "X-Martlet-Console"): "1"]
        for path in ["user/explode", "nobody/stop"] {
            let url = "\(Self.base)/api/services/\(path)"
            let answer = try await consoles.answer(Request(.post, url, headers: headers))
            #expect(answer.status == .notFound)
        }
    }

    @Test("has a shop only when the file says so")
    func shop() async throws {
        let plain = try await Consoles().answer(Request(.get, "\(Self.base)/shop/api/users/1"))
        #expect(plain.status == .notFound)
        let shop = try Consoles("{console: shop, services: {gateway: {command: a}}}")
        let outside = try await shop.answer(Request(.get, "\(Self.base)/shop/health/stats"))
        #expect(outside.status == .notFound)
    }

    /// The events that a page gets which connects now.
    private func events(_ consoles: Consoles, after last: String? = nil) async throws -> [String] {
        var request = Request(.get, "\(Self.base)/api/events")
        if let last { request.headers = [HTTPField.Name(known: "Last-Event-ID"): last] }
        consoles.supervisor.journal.finish()
        return try await consoles.text(request).split(separator: "\n\n").map(String.init)
    }

    @Test("feeds a page the state and the last lines")
    func feed() async throws {
        let consoles = try Consoles()
        for number in 1...600 {
            consoles.supervisor.journal.write("line \(number)", of: "user", from: .standardError)
        }
        let events = try await events(consoles)
        #expect(events.first?.hasPrefix("event: status\n") == true)
        #expect(events.count == 501)
        #expect(events[1].contains("\"text\":\"line 101\""))
        #expect(events.last?.contains("\"service\":\"user\"") == true)
        #expect(events.last?.contains("id: 600") == true)
    }

    @Test("feeds a page that comes back only what it has missed")
    func resume() async throws {
        let consoles = try Consoles()
        for number in 1...5 {
            consoles.supervisor.journal.write("line \(number)", of: "user", from: .standardOutput)
        }
        let events = try await events(consoles, after: "3")
        #expect(events.count == 3)
        #expect(events[1].contains("line 4"))
        #expect(events[2].contains("line 5"))
    }
}

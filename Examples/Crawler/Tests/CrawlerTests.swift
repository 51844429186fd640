import Martlet
import Testing

@testable import Crawler

@Suite("Crawling")
struct CrawlerTests {
    private var options: CrawlOptions {
        var options = CrawlOptions()
        options.delay = .zero
        options.concurrencyPerSite = 4
        options.timeLimit = .seconds(60)
        options.pageTimeLimit = .seconds(30)
        return options
    }

    private func crawl(_ options: CrawlOptions, _ starts: String...) async throws -> CrawlSummary {
        try await Crawler(options).crawl(starts.map { try #require(WebAddress($0)) })
    }

    @Test("every page is visited once, though pages link in circles")
    func cycles() async throws {
        let pages: @Sendable (Request) -> Response = { request in
            switch request.target {
            case "/": .page("/a", "/b", "/#top")
            case "/a": .page("/", "a", "./b", "http://127.0.0.2:1/elsewhere")
            case "/b": .page("/a?", "/%61")
            case "/a?": .page()
            default: Response(.notFound)
            }
        }
        try await Website.serve(pages) { site, address in
            let summary = try await crawl(options, address, "\(address)/a")
            #expect(summary.pages == 4)
            #expect(site.seen.paths.sorted() == ["/", "/a", "/a?", "/b", "/robots.txt"])
            #expect(!summary.isCutShort)
        }
    }

    @Test("links that are broken or moved, and what is no HTML, are told apart")
    func outcomes() async throws {
        let pages: @Sendable (Request) -> Response = { request in
            switch request.target {
            case "/": .page("/moved", "/gone", "/image", "/lost", "/broken")
            case "/moved": Response(.movedPermanently, headers: [.location: "/there"])
            case "/there": .page()
            case "/image": Response(headers: [.contentType: "image/gif"], body: Body("GIF89a"))
            case "/lost": Response(.found, headers: [.location: "mailto:ada@example.com"])
            case "/broken": Response(.internalServerError)
            default: Response(.notFound)
            }
        }
        try await Website.serve(pages) { _, address in
            let summary = try await crawl(options, address)
            #expect(summary.pages == 2)
            #expect(summary.redirections == 1)
            #expect(summary.otherContent == 1)
            let broken = Set(summary.broken.map(\.address.target))
            #expect(broken == ["/gone", "/lost", "/broken"])
            let line = "broken: \(address)/gone: refused with 404 (linked from \(address)/)"
            #expect(summary.description.contains(line))
        }
    }

    @Test(
        "robots.txt is kept to; without one everything is allowed, and nothing if it fails",
        arguments: [
            (Response("User-agent: *\nDisallow: /no"), ["/", "/robots.txt", "/yes"]),
            (Response(.notFound), ["/", "/no", "/robots.txt", "/yes"]),
            (Response(.serviceUnavailable), ["/robots.txt"]),
        ]
    )
    func robots(_ rules: Response, _ expected: [String]) async throws {
        let pages: @Sendable (Request) -> Response = { request in
            request.target == "/robots.txt" ? rules : .page("/yes", "/no")
        }
        try await Website.serve(pages) { site, address in
            let summary = try await crawl(options, address)
            #expect(site.seen.paths.sorted() == expected)
            #expect(summary.isSound == (rules.status != .serviceUnavailable))
        }
    }

    @Test("a site that cannot be reached is named, with the reason")
    func unreachable() async throws {
        // Nobody listens on port 1.
        let summary = try await crawl(options, "http://127.0.0.1:1/")
        #expect(!summary.isSound)
        #expect(summary.description.contains("left alone: http://127.0.0.1:1/robots.txt: connect"))
    }

    @Test("a redirection to what robots.txt forbids is not followed")
    func forbiddenRedirection() async throws {
        let pages: @Sendable (Request) -> Response = { request in
            switch request.target {
            case "/robots.txt": Response("User-agent: *\nDisallow: /no")
            case "/": Response(.found, headers: [.location: "/no"])
            default: .page()
            }
        }
        try await Website.serve(pages) { site, address in
            let summary = try await crawl(options, address)
            #expect(summary.disallowed == 1)
            #expect(site.seen.paths == ["/robots.txt", "/"])
        }
    }

    @Test(
        "no more requests run at a time than may, and as many as may",
        arguments: [(3, 9), (9, 3)]
    )
    func concurrency(_ total: Int, _ perSite: Int) async throws {
        let gate = Gate(3)
        let pages: @Sendable (Request) async throws -> Response = { request in
            if request.target == "/" { return .page((1...30).map { "/\($0)" }) }
            if request.target != "/robots.txt" {
                try await gate.wait()
                // One too many would come meanwhile, and be counted.
                try await ContinuousClock().sleep(for: .milliseconds(20))
            }
            return .page()
        }
        var options = options
        options.concurrency = total
        options.concurrencyPerSite = perSite
        try await Website.serve(pages) { site, address in
            let summary = try await crawl(options, address)
            #expect(summary.pages == 31)
            #expect(site.seen.mostRunning == 3)
        }
    }

    @Test("a page that does not end in time is given up, and the others go on")
    func slowPage() async throws {
        let pages: @Sendable (Request) async throws -> Response = { request in
            switch request.target {
            case "/": return .page("/silent", "/endless", "/good")
            case "/silent": try await ContinuousClock().sleep(for: .seconds(600))
            case "/endless":
                return Response(
                    headers: [.contentType: "text/html"],
                    body: Body { writer in
                        try await writer.write("<a href=/never>")
                        try await writer.flush()
                        try await ContinuousClock().sleep(for: .seconds(600))
                    }
                )
            default: break
            }
            return .page()
        }
        var options = options
        options.pageTimeLimit = .seconds(3)
        try await Website.serve(pages) { site, address in
            let summary = try await crawl(options, address)
            #expect(Set(summary.broken.map(\.address.target)) == ["/silent", "/endless"])
            #expect(site.seen.paths.contains("/good"))
        }
    }

    @Test("when the time for everything is up, what still runs is cancelled")
    func timeLimit() async throws {
        let pages: @Sendable (Request) async throws -> Response = { request in
            if request.target == "/slow" { try await ContinuousClock().sleep(for: .seconds(600)) }
            return .page("/slow")
        }
        var options = options
        options.timeLimit = .milliseconds(300)
        try await Website.serve(pages) { _, address in
            let summary = try await crawl(options, address)
            #expect(summary.isCutShort)
        }
    }

    @Test("only so many pages are asked for, and only so many bytes of each are read")
    func sizes() async throws {
        let pages: @Sendable (Request) -> Response = { request in
            let number = Int(request.target.dropFirst()) ?? 0
            return .page("/\(number + 1)", String(repeating: "x", count: 100_000), "/unread")
        }
        var options = options
        options.pageLimit = 3
        options.pageSizeLimit = 1_000
        try await Website.serve(pages) { site, address in
            let summary = try await crawl(options, "\(address)/1")
            #expect(summary.pages == 3)
            #expect(summary.bytes == 3_000)
            #expect(site.seen.paths == ["/robots.txt", "/1", "/2", "/3"])
        }
    }

    @Test("a site that was left in peace is asked again when its delay is over")
    func delay() async throws {
        var options = options
        options.delay = .milliseconds(20)
        let pages: @Sendable (Request) -> Response = {
            $0.target == "/" ? .page("/a", "/b") : .page()
        }
        try await Website.serve(pages) { _, address in
            let clock = ContinuousClock()
            var summary = CrawlSummary()
            let time = try await clock.measure { summary = try await crawl(options, address) }
            #expect(summary.pages == 3)
            #expect(time >= .milliseconds(40), "a lower bound holds on the busiest machine")
        }
    }
}

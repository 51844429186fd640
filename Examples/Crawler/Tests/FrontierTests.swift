import Testing

@testable import Crawler

@Suite("What is visited next")
struct FrontierTests {
    private let start = ContinuousClock.now

    private func address(_ text: String) throws -> WebAddress {
        try #require(WebAddress(text))
    }

    /// A frontier whose site's rules are known.
    private func frontier(
        _ options: CrawlOptions,
        robots: Robots = .allowingAll,
        paths: [String] = ["/"]
    ) throws -> Frontier {
        var frontier = Frontier(options, starts: try paths.map { try address("http://a\($0)") })
        #expect(frontier.take(at: start) == .robots(site: "http://a"))
        #expect(frontier.take(at: start) == nil, "nothing is asked for before the rules are known")
        frontier.finish(robotsOf: "http://a", robots)
        return frontier
    }

    @Test("a site is asked for its next page only when its delay is over")
    func delay() throws {
        var options = CrawlOptions()
        options.delay = .seconds(2)
        var frontier = try frontier(options, paths: ["/1", "/2"])
        #expect(try frontier.take(at: start) == .page(address("http://a/1")))
        frontier.finish(try address("http://a/1"))
        #expect(frontier.take(at: start + .milliseconds(1999)) == nil)
        #expect(frontier.nextStart == start + .seconds(2))
        #expect(try frontier.take(at: start + .seconds(2)) == .page(address("http://a/2")))
    }

    @Test("a longer Crawl-delay holds, a shorter one does not")
    func crawlDelay() throws {
        for (delay, expected) in [("5", Duration.seconds(5)), ("1", .seconds(2))] {
            var options = CrawlOptions()
            options.delay = .seconds(2)
            let robots = Robots("User-agent: *\nCrawl-delay: \(delay)", for: "any")
            var frontier = try frontier(options, robots: robots, paths: ["/1", "/2"])
            _ = frontier.take(at: start)
            frontier.finish(try address("http://a/1"))
            #expect(frontier.nextStart == start + expected)
        }
    }

    @Test("a site has no more requests at a time than it may have")
    func perSite() throws {
        var options = CrawlOptions()
        options.delay = .zero
        options.concurrencyPerSite = 2
        var frontier = try frontier(options, paths: ["/1", "/2", "/3"])
        #expect(frontier.take(at: start) != nil)
        #expect(frontier.take(at: start) != nil)
        #expect(frontier.take(at: start) == nil)
        #expect(frontier.nextStart == nil, "only an end helps here, and no time")
        frontier.finish(try address("http://a/2"))
        #expect(try frontier.take(at: start) == .page(address("http://a/3")))
    }

    @Test("sites take turns")
    func turns() throws {
        var options = CrawlOptions()
        options.delay = .zero
        options.concurrencyPerSite = 9
        let starts = try ["http://a/1", "http://a/2", "http://b/1"].map(address)
        var frontier = Frontier(options, starts: starts)
        for site in ["http://a", "http://b"] {
            #expect(frontier.take(at: start) == .robots(site: site))
            frontier.finish(robotsOf: site, .allowingAll)
        }
        let pages = try ["http://a/1", "http://b/1", "http://a/2"].map(address)
        for page in pages { #expect(frontier.take(at: start) == .page(page)) }
        #expect(frontier.take(at: start) == nil)
    }

    @Test("an address is visited once, another site's not at all, and none beyond the limits")
    func limits() throws {
        var options = CrawlOptions()
        options.delay = .zero
        options.pageLimit = 2
        options.addressLimit = 3
        var frontier = try frontier(options)
        for text in ["http://a/", "http://b/", "http://a/2", "http://a/3", "http://a/4"] {
            frontier.add(try address(text))
        }
        for page in ["http://a/", "http://a/2"] {
            #expect(try frontier.take(at: start) == .page(address(page)))
            frontier.finish(try address(page))
        }
        #expect(frontier.take(at: start) == nil)

        options.pageLimit = 9
        var longer = Frontier(options, starts: [])
        options.staysOnSite = false
        longer = Frontier(options, starts: [])
        for number in 0..<9 { longer.add(try address("http://a/\(number)")) }
        _ = longer.take(at: start)
        longer.finish(robotsOf: "http://a", .allowingAll)
        for number in 0..<3 {
            #expect(try longer.take(at: start) == .page(address("http://a/\(number)")))
            longer.finish(try address("http://a/\(number)"))
        }
        #expect(longer.take(at: start) == nil)
    }

    @Test("what robots.txt forbids is counted and not visited, found before it or after")
    func robots() throws {
        var options = CrawlOptions()
        options.delay = .zero
        let robots = Robots("User-agent: *\nDisallow: /no", for: "any")
        var frontier = try frontier(options, robots: robots, paths: ["/no/1", "/yes"])
        frontier.add(try address("http://a/no/2"))
        #expect(frontier.disallowed == 2)
        #expect(try frontier.take(at: start) == .page(address("http://a/yes")))
        frontier.finish(try address("http://a/yes"))
        #expect(frontier.take(at: start) == nil)
    }
}

import Testing

@testable import Crawler

@Suite("robots.txt")
struct RobotsTests {
    @Test("the group of one's own name holds, whatever the others say")
    func ownGroup() {
        let text = """
            User-agent: *
            Disallow: /

            user-agent: OtherBot
            User-Agent: Martlet-Crawler/2.0 # ours
            Disallow: /private
            Crawl-delay: 2.5

            User-agent: martlet-crawler
            Disallow: /late
            """
        let own = Robots(text, for: "martlet-crawler")
        #expect(own.allows("/"))
        #expect(!own.allows("/private/x"))
        #expect(!own.allows("/late"), "groups of one name are joined")
        #expect(own.delay == .milliseconds(2500))
        #expect(Robots(text, for: "otherbot").allows("/late"))
        let stranger = Robots(text, for: "stranger")
        #expect(!stranger.allows("/"))
        #expect(stranger.delay == nil)
    }

    @Test(
        "the longest pattern decides, and of two that are equal the one that allows",
        arguments: [
            ("Disallow: /a\nAllow: /a/b", "/a/b/c", true),
            ("Allow: /a\nDisallow: /a/b", "/a/b/c", false),
            ("Disallow: /a\nAllow: /a", "/a", true),
            ("Disallow: /a", "/b", true),
            ("Disallow:", "/a", true),
            ("Disallow: /*.gif$", "/x/y.gif", false),
            ("Disallow: /*.gif$", "/x/y.gif?z", true),
            ("Disallow: /a$", "/a", false),
            ("Disallow: /a$", "/ab", true),
            ("Disallow: /a*b*c", "/a--b--c--", false),
            ("Disallow: /a*b*c", "/a--c--b", true),
            ("Disallow: /*aa$", "/aaa", false),
            ("Disallow: *", "/a", false),
            ("Disallow: /é", "/%C3%A9", false),
            ("Disallow: /%7euser", "/~user", false),
            ("Disallow: /", "/robots.txt", true),
        ]
    )
    func patterns(_ lines: String, _ target: String, _ isAllowed: Bool) {
        #expect(Robots("User-agent: *\n" + lines, for: "any").allows(target) == isAllowed)
    }

    @Test("lines that make no sense change nothing")
    func nonsense() {
        let text = """
            Disallow: /
            nonsense
            : /
            User-agent: *
            Sitemap: /map
            Disallow: /a\r
            Crawl-delay: soon
            """
        let robots = Robots(text, for: "any")
        #expect(robots.allows("/b"))
        #expect(!robots.allows("/a"))
        #expect(robots.delay == nil)
        #expect(Robots("User-agent: *\nCrawl-delay: 1e300", for: "any").delay == Robots.delayLimit)
    }
}

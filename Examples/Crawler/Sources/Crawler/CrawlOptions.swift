/// How far and how fast to crawl.
struct CrawlOptions: Sendable {
    /// The crawler's name, to servers and to their `robots.txt`.
    var agent = "martlet-crawler"
    /// The most requests at a time.
    var concurrency = 8
    /// The most requests at a time to one site.
    var concurrencyPerSite = 1
    /// The time between the starts of two requests to one site; `robots.txt` may ask for more.
    var delay: Duration = .seconds(1)
    /// The time for one page, from its request to its last byte.
    var pageTimeLimit: Duration = .seconds(10)
    /// The time for everything.
    var timeLimit: Duration = .seconds(60)
    /// The most pages that are asked for.
    var pageLimit = 100
    /// The most bytes that are read of one page.
    var pageSizeLimit = 1024 * 1024
    /// The most addresses that are remembered; links beyond them are not followed.
    var addressLimit = 100_000
    /// Whether links to sites that the crawl did not start on are left alone.
    var staysOnSite = true
}

import ArgumentParser
import Martlet

/// The program: crawls from the URLs that it is given.
@main
struct CrawlerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crawler",
        abstract: "Visits web pages and what they link to, and reports broken links.",
        discussion: "Keeps to each site's robots.txt, and asks no site faster than it likes."
    )

    @Argument(help: "Where to begin, such as http://localhost:8080/.")
    var starts: [String]

    @Option(help: "The most requests at a time.")
    var concurrency = 8

    @Option(help: "The most requests at a time to one site.")
    var perSite = 1

    @Option(help: "The time between two requests to one site.", transform: duration)
    var delay: Duration = .seconds(1)

    @Option(help: "The time for one page.", transform: duration)
    var pageTime: Duration = .seconds(10)

    @Option(help: "The time for everything.", transform: duration)
    var time: Duration = .seconds(60)

    @Option(help: "The most pages.")
    var pages = 100

    @Option(help: "The most bytes of a page.")
    var pageBytes = 1024 * 1024

    @Flag(inversion: .prefixedNo, help: "Leave other sites than those of the start alone.")
    var sameSite = true

    func validate() throws {
        for number in [concurrency, perSite, pages, pageBytes] where number < 1 {
            throw ValidationError("\(number) is not a positive number.")
        }
    }

    func run() async throws {
        var options = CrawlOptions()
        options.concurrency = concurrency
        options.concurrencyPerSite = perSite
        options.delay = delay
        options.pageTimeLimit = pageTime
        options.timeLimit = time
        options.pageLimit = pages
        options.pageSizeLimit = pageBytes
        options.staysOnSite = sameSite
        let addresses = try starts.map { text in
            guard let address = WebAddress(text) else {
                throw ValidationError("'\(text)' is not a URL with http or https.")
            }
            return address
        }
        let summary = await Crawler(options).crawl(addresses) { print($0) }
        print(summary)
        if !summary.isSound { throw ExitCode.failure }
    }

    /// Reads a time such as `250ms` or `2s`.
    private static func duration(_ text: String) throws -> Duration {
        guard let duration = Duration(configurationText: text) else {
            throw ValidationError("'\(text)' is not \(Duration.configurationSyntax).")
        }
        return duration
    }
}

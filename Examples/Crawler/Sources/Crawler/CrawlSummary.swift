/// What a crawl has found.
struct CrawlSummary: Sendable {
    /// How many pages were read.
    private(set) var pages = 0
    /// How many bytes those had.
    private(set) var bytes = 0
    /// How many addresses led elsewhere.
    private(set) var redirections = 0
    /// How many addresses were no HTML.
    private(set) var otherContent = 0
    /// What could not be read: links to mend.
    private(set) var broken: [Visit] = []
    /// The sites that were left alone because their `robots.txt` could not be had, each with why.
    private(set) var closedSites: [String] = []
    /// How many links were not followed because `robots.txt` forbids it.
    var disallowed = 0
    /// Whether the time was up before the crawl was through.
    var isCutShort = false

    /// The page on which each address was found first.
    private var origins: [WebAddress: WebAddress] = [:]

    /// Whether everything that was asked for could be had.
    var isSound: Bool { broken.isEmpty && closedSites.isEmpty }

    /// Notes a site whose rules could not be had.
    mutating func add(_ answer: RobotsAnswer) {
        guard let problem = answer.problem else { return }
        closedSites.append("\(answer.site)/robots.txt: \(problem)")
    }

    /// Counts a visit.
    mutating func add(_ visit: Visit) {
        switch visit.outcome {
        case .page(_, let byteCount):
            pages += 1
            bytes += byteCount
        case .redirection(to: _?): redirections += 1
        case .otherContent: otherContent += 1
        case .redirection, .refused, .failed: broken.append(visit)
        }
        for link in visit.links where origins[link] == nil { origins[link] = visit.address }
    }
}

extension CrawlSummary: CustomStringConvertible {
    /// Some lines for the terminal.
    var description: String {
        var lines = [
            "\(pages) pages, \(bytes) bytes, \(redirections) redirections, \(otherContent) of "
                + "another type, \(disallowed) links forbidden by robots.txt"
        ]
        for visit in broken {
            let origin = origins[visit.address].map { " (linked from \($0))" } ?? ""
            lines.append("broken: \(visit)\(origin)")
        }
        for site in closedSites { lines.append("left alone: \(site)") }
        if isCutShort { lines.append("The time was up before everything was visited.") }
        return lines.joined(separator: "\n")
    }
}

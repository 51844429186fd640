/// Visits pages and what they link to, many at a time, and none more often or faster than its site
/// likes.
///
/// One loop owns everything that changes, so that there is no lock: it takes jobs from the
/// ``Frontier``, gives each to a child task, and waits for whichever ends first.
struct Crawler: Sendable {
    private let options: CrawlOptions
    private let fetcher: Fetcher

    init(_ options: CrawlOptions = CrawlOptions()) {
        self.options = options
        fetcher = Fetcher(options)
    }

    /// What the loop waits for.
    private enum Event: Sendable {
        case robots(RobotsAnswer)
        case visit(Visit)
        /// A site that was left in peace for a while may be asked again.
        case turn
        case timeIsUp
    }

    /// Crawls until nothing is left to visit or a limit is reached.
    ///
    /// - Parameters:
    ///   - starts: Where to begin.
    ///   - report: Told of each visit as it ends.
    /// - Returns: What was found.
    func crawl(
        _ starts: [WebAddress],
        report: (Visit) -> Void = { _ in }
    ) async -> CrawlSummary {
        var frontier = Frontier(options, starts: starts)
        var summary = CrawlSummary()
        await withTaskGroup(of: Event.self) { group in
            let timeLimit = options.timeLimit
            group.addTask {
                try? await ContinuousClock().sleep(for: timeLimit)
                return .timeIsUp
            }
            var running = 0
            var wakeUp: Frontier.Instant?
            while true {
                while running < options.concurrency, let job = frontier.take(at: .now) {
                    running += 1
                    group.addTask { await perform(job) }
                }
                let next = running < options.concurrency ? frontier.nextStart : nil
                guard running > 0 || next != nil else { break }
                if let next, wakeUp.map({ next < $0 }) ?? true {
                    wakeUp = next
                    group.addTask { await wait(until: next) }
                }
                switch await group.next() {
                case .robots(let answer):
                    running -= 1
                    frontier.finish(robotsOf: answer.site, answer.rules)
                    summary.add(answer)
                case .visit(let visit):
                    running -= 1
                    frontier.finish(visit.address)
                    for link in visit.links { frontier.add(link) }
                    summary.add(visit)
                    report(visit)
                case .turn:
                    wakeUp = nil
                case .timeIsUp, nil:
                    summary.isCutShort = true
                    group.cancelAll()
                    return
                }
            }
            group.cancelAll()
        }
        summary.disallowed = frontier.disallowed
        return summary
    }

    private func perform(_ job: Frontier.Job) async -> Event {
        switch job {
        case .robots(let site): .robots(await fetcher.robots(of: site))
        case .page(let address):
            .visit(Visit(address: address, outcome: await fetcher.page(at: address)))
        }
    }

    private func wait(until instant: Frontier.Instant) async -> Event {
        try? await ContinuousClock().sleep(until: instant)
        return .turn
    }
}

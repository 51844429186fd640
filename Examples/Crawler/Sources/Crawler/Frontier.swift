/// What is known and has not been visited: what to ask for next, and when.
///
/// A value without a clock or a network: every rule of politeness is here, and is tested with
/// made-up times.
struct Frontier {
    typealias Instant = ContinuousClock.Instant

    /// Something to ask a site for.
    enum Job: Equatable, Sendable {
        /// Comes before anything else of the site.
        case robots(site: String)
        case page(WebAddress)
    }

    private struct Site {
        var robots: Robots?
        var queue: [WebAddress] = []
        var running = 0
        var nextStart: Instant?

        /// Whether there is something to ask for: pages wait, and the rules are there or nobody
        /// has asked for them.
        var hasWork: Bool { !queue.isEmpty && (robots != nil || running == 0) }
    }

    private let options: CrawlOptions
    private var sites: [String: Site] = [:]
    /// The sites, the one that was asked least recently first.
    private var turns: [String] = []
    private var known: Set<WebAddress> = []
    private var pagesLeft: Int

    /// How many links were not followed because `robots.txt` forbids it.
    private(set) var disallowed = 0

    init(_ options: CrawlOptions, starts: [WebAddress]) {
        self.options = options
        pagesLeft = options.pageLimit
        for start in starts {
            addSite(start.site)
            add(start)
        }
    }

    /// Notes an address to visit, unless it is known.
    mutating func add(_ address: WebAddress) {
        guard known.count < options.addressLimit else { return }
        guard sites[address.site] != nil || !options.staysOnSite else { return }
        guard known.insert(address).inserted else { return }
        addSite(address.site)
        if sites[address.site]?.robots?.allows(address.target) == false {
            disallowed += 1
        } else {
            sites[address.site]?.queue.append(address)
        }
    }

    /// The next job whose site may be asked now; nil when there is none.
    mutating func take(at now: Instant) -> Job? {
        let turn = turns.firstIndex { name in
            waitingSite(name)?.nextStart.map { $0 <= now } ?? (waitingSite(name) != nil)
        }
        guard let turn, var site = sites[turns[turn]] else { return nil }
        let name = turns.remove(at: turn)
        turns.append(name)
        site.running += 1
        defer { sites[name] = site }
        guard let robots = site.robots else { return .robots(site: name) }
        site.nextStart = now + max(options.delay, robots.delay ?? .zero)
        pagesLeft -= 1
        return .page(site.queue.removeFirst())
    }

    /// When the next job may be taken, if no other ends before; nil when none waits for its time.
    var nextStart: Instant? {
        turns.compactMap { waitingSite($0)?.nextStart }.min()
    }

    /// Notes what a site's `robots.txt` says.
    mutating func finish(robotsOf name: String, _ robots: Robots) {
        sites[name]?.running -= 1
        sites[name]?.robots = robots
        let waiting = sites[name]?.queue ?? []
        sites[name]?.queue = waiting.filter { robots.allows($0.target) }
        disallowed += waiting.count - (sites[name]?.queue.count ?? 0)
    }

    /// Notes that a page has come, or has not.
    mutating func finish(_ address: WebAddress) {
        sites[address.site]?.running -= 1
    }

    /// The site, if it may be asked for something as soon as it is time.
    private func waitingSite(_ name: String) -> Site? {
        guard let site = sites[name], site.hasWork, pagesLeft > 0 else { return nil }
        return site.running < options.concurrencyPerSite ? site : nil
    }

    private mutating func addSite(_ name: String) {
        guard sites[name] == nil else { return }
        sites[name] = Site()
        turns.append(name)
    }
}

import Martlet
import NIOCore

/// Asks servers for pages and for their `robots.txt`.
struct Fetcher: Sendable {
    private let options: CrawlOptions
    /// Follows nothing: a redirection is a link like any other, to be looked up in `robots.txt`.
    private let pages: HTTPClient
    /// Follows redirections, as RFC 9309 §2.3.1.2 wants it.
    private let rules: HTTPClient

    init(_ options: CrawlOptions) {
        self.options = options
        var configuration = HTTPClient.Configuration()
        configuration.userAgent = options.agent
        rules = HTTPClient(configuration)
        configuration.redirectLimit = 0
        pages = HTTPClient(configuration)
    }

    /// Asks for a page.
    func page(at address: WebAddress) async -> Visit.Outcome {
        do {
            return try await withTimeLimit(options.pageTimeLimit) {
                try await readPage(at: address)
            }
        } catch is TimeLimitError {
            return .failed("not complete within \(options.pageTimeLimit)")
        } catch is CancellationError {
            return .failed("not waited for")
        } catch {
            return .failed("\(error)")
        }
    }

    private func readPage(at address: WebAddress) async throws -> Visit.Outcome {
        let response = try await pages.get("\(address)", headers: [.accept: "text/html"])
        // Whatever is not read to its end must be given up, or its connection stays busy.
        defer { response.body.discard() }
        switch response.status.kind {
        case .successful: break
        case .redirection where response.headers.contains(.location):
            let location = response.headers[.location] ?? ""
            return .redirection(to: WebAddress(location, relativeTo: address))
        default: return .refused(status: response.status.code)
        }
        let type = response.headers[.contentType] ?? "no content type"
        guard type.lowercased().hasPrefix("text/html") else { return .otherContent(type) }
        let html = try await read(response.body, upTo: options.pageSizeLimit)
        return .page(links: LinkScanner.links(in: html, at: address), byteCount: html.count)
    }

    /// Asks for a site's rules.
    ///
    /// A site that has none (4xx) allows everything. One that cannot be reached, or fails (5xx),
    /// allows nothing: perhaps it has rules (RFC 9309 §2.3.1).
    func robots(of site: String) async -> RobotsAnswer {
        do {
            let text = try await withTimeLimit(options.pageTimeLimit) {
                try await readRobots(of: site)
            }
            return RobotsAnswer(site: site, rules: Robots(text, for: options.agent))
        } catch {
            return RobotsAnswer(site: site, rules: .disallowingAll, problem: "\(error)")
        }
    }

    private func readRobots(of site: String) async throws -> String {
        let response = try await rules.get(site + "/robots.txt")
        defer { response.body.discard() }
        switch response.status.kind {
        case .successful:
            let bytes = try await read(response.body, upTo: Robots.sizeLimit)
            return String(decoding: bytes, as: UTF8.self)
        case .clientError: return ""
        default: throw HTTPError(response.status)
        }
    }

    /// The beginning of a body; what is beyond the limit is left.
    private func read(_ body: Body, upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in body {
            bytes += chunk.readableBytesView.prefix(limit - bytes.count)
            if bytes.count == limit { break }
        }
        return bytes
    }
}

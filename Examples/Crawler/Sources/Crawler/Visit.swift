/// What came of asking for a page.
struct Visit: Sendable {
    /// What came.
    enum Outcome: Equatable, Sendable {
        /// A page, and what it links to.
        case page(links: [WebAddress], byteCount: Int)
        /// The page is elsewhere; nil when that is nowhere on the web.
        case redirection(to: WebAddress?)
        /// Something that is no HTML.
        case otherContent(String)
        /// The server says that there is no page.
        case refused(status: Int)
        /// There was no answer, or not all of it.
        case failed(String)
    }

    let address: WebAddress
    let outcome: Outcome

    /// The addresses that were found.
    var links: [WebAddress] {
        switch outcome {
        case .page(let links, _): links
        case .redirection(let other?): [other]
        default: []
        }
    }
}

extension Visit: CustomStringConvertible {
    /// A line for the terminal.
    var description: String {
        switch outcome {
        case .page(let links, let count): "\(address): \(count) bytes, \(links.count) links"
        case .redirection(let other?): "\(address): moved to \(other)"
        case .redirection: "\(address): moved to nowhere"
        case .otherContent(let type): "\(address): \(type), left alone"
        case .refused(let status): "\(address): refused with \(status)"
        case .failed(let reason): "\(address): \(reason)"
        }
    }
}

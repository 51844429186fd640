import HTTPTypes

/// The conditions under which a request is to be carried out (RFC 9110 §13).
struct Preconditions {
    /// The state of the resource that the conditions are about.
    struct Validators {
        let tag: EntityTag
        /// In seconds since 1970.
        let lastModified: Int64
    }

    /// What is to be done.
    enum Outcome {
        /// Carry the request out.
        case proceed
        /// Answer 304.
        case notModified
        /// Answer 412.
        case failed
    }

    private let headers: Headers
    private let isReading: Bool

    init(_ request: Request) {
        headers = request.headers
        isReading = request.method == .get || request.method == .head
    }

    /// Evaluates the conditions in the order of §13.2.2.
    func evaluate(_ current: Validators) -> Outcome {
        if let field = headers[.ifMatch] {
            guard field == "*" || EntityTag.list(field).contains(where: current.tag.stronglyEquals)
            else { return .failed }
        } else if let date = date(.ifUnmodifiedSince), current.lastModified > date {
            return .failed
        }
        if let field = headers[.ifNoneMatch] {
            if field == "*" || EntityTag.list(field).contains(where: current.tag.weaklyEquals) {
                return isReading ? .notModified : .failed
            }
        } else if isReading, let date = date(.ifModifiedSince), current.lastModified <= date {
            return .notModified
        }
        return .proceed
    }

    /// Whether `Range` is to be heeded: there is no `If-Range`, or it names the present state
    /// (§13.1.5).
    ///
    /// - Parameters:
    ///   - current: The present state.
    ///   - now: The present, in seconds since 1970; a date is a strong validator only when it lies
    ///     a second back (§8.8.2.2).
    /// - Returns: Whether ranges may be sent.
    func heedsRange(_ current: Validators, now: Int64) -> Bool {
        guard let field = headers[.ifRange] else { return true }
        if let tag = EntityTag(field) {
            return tag.stronglyEquals(current.tag)
        }
        guard let date = HTTPDate.parse(field) else { return false }
        return date == current.lastModified && date < now
    }

    private func date(_ name: HTTPField.Name) -> Int64? {
        headers[name].flatMap { HTTPDate.parse($0) }
    }
}

import HTTPTypes

extension Request {
    /// The media type that the client wants most of those that can be made, the first of those
    /// that are alike; nil when it accepts none.
    ///
    /// A response that depends on this should say `Vary: Accept`.
    public func preferredMediaType(of offers: [MediaType]) -> MediaType? {
        Accept(headers).preferred(of: offers)
    }

    /// Like ``preferredMediaType(of:)``, for handlers that cannot go on without one.
    ///
    /// - Throws: ``HTTPError`` with 406 that names what can be made, when the client accepts none
    ///   of it.
    public func requireMediaType(of offers: [MediaType]) throws -> MediaType {
        if let type = preferredMediaType(of: offers) {
            return type
        }
        let available = offers.map(\.description).joined(separator: ", ")
        throw HTTPError(
            .notAcceptable,
            detail: "None of the accepted media types is available; available: \(available).",
            headers: [.vary: "Accept"]
        )
    }

    /// The language that the client's user wants most of those that are available; nil when the
    /// client accepts none.
    ///
    /// A response that depends on this should say `Vary: Accept-Language`.
    public func preferredLanguage(of tags: [String]) -> String? {
        AcceptLanguage(headers).preferred(of: tags)
    }

    /// The media type of the content; nil when the field is absent or broken.
    public var contentType: MediaType? {
        headers[.contentType].flatMap(MediaType.init)
    }
}

package import MartletCore

/// A handler that knows of a request what answers it before a task is made for it.
package protocol ResolvingHandler: Handler<Request, Response> {
    /// Finds what answers a request that has only been read yet; nil when the handler itself does.
    ///
    /// No ``Request`` may hold `content` yet: a router writes into it what it found.
    func resolve(_ content: RequestContent, scope: (any CallScope)?) -> ResolvedHandler?
}

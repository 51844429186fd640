package import Martlet

/// Another service of the shop, and how to reach it.
package struct Neighbour: Sendable {
    /// The longest answer that is read: 64 KiB.
    package static let answerLimit = 65_536
    /// How long a call may take.
    package static let timeout: Duration = .seconds(5)

    /// What it is called in error messages.
    package let name: String
    private let base: String
    private let client: any Handler<Request, Response>

    /// Names a service.
    ///
    /// - Parameters:
    ///   - name: What it is called.
    ///   - base: Its address: `http://127.0.0.1:8081`.
    ///   - client: What sends requests; in tests, whatever answers them.
    package init(name: String, base: String, client: some Handler<Request, Response>) {
        self.name = name
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.client = client
    }

    /// Sends a request, within what is left of the call's time.
    ///
    /// - Throws: ``HTTPError`` with 503 and `Retry-After` when no answer comes or it is a 5xx;
    ///   `CancellationError`.
    package func send(
        _ method: HTTPRequest.Method,
        _ target: String,
        headers: Headers = Headers(),
        body: Body = Body(),
        context: CallContext
    ) async throws -> Response {
        var context = context
        context.tightenDeadline(to: .now.advanced(by: Self.timeout))
        let response: Response
        do {
            let request = Request(method, base + target, headers: headers, body: body)
            response = try await client.handle(request, context: context)
        } catch {
            if Task.isCancelled { throw error }
            throw unavailable(error)
        }
        guard response.status.code < 500 else {
            response.body.discard()
            throw unavailable(nil)
        }
        return response
    }

    /// 503: the service does not answer as it should.
    package func unavailable(_ cause: (any Error)?) -> HTTPError {
        HTTPError(
            .serviceUnavailable,
            detail: "The \(name) service does not answer; try again soon.",
            headers: [.retryAfter: "1"],
            cause: cause
        )
    }
}

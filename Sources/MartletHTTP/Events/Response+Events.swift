import HTTPTypes
public import MartletCore

extension Response {
    /// Answers with a stream of server-sent events (WHATWG HTML §9.2).
    ///
    /// ```swift
    /// router.get("/ticks") { request, _ in
    ///     .events { writer in
    ///         for tick in 0... {
    ///             try await writer.send(ServerSentEvent(data: "\(tick)", id: "\(tick)"))
    ///             try await Task.sleep(for: .seconds(1))
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - heartbeat: How long to be silent before an empty comment is sent, so that proxies keep
    ///     the connection and a client that has gone is noticed; nil for never, 15 s by default.
    ///   - clock: The clock that the heartbeat is measured with.
    ///   - produce: Sends the events. The stream ends when it returns; it is cancelled when the
    ///     client has gone.
    /// - Returns: The response, with `Cache-Control: no-store`.
    public static func events(
        heartbeat: Duration? = .seconds(15),
        clock: some MonotonicClock = ContinuousClock(),
        _ produce: @escaping @Sendable (ServerSentEventWriter) async throws -> Void
    ) -> Response {
        let headers: Headers = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        let body = Body { body in
            let writer = ServerSentEventWriter(body, clock: clock)
            guard let heartbeat else {
                try await produce(writer)
                return
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await produce(writer) }
                group.addTask { try await writer.sendHeartbeats(every: heartbeat, clock: clock) }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
        return Response(.ok, headers: headers, body: body)
    }
}

extension Request {
    /// The identifier of the last event that the client got before it reconnected; nil for a new
    /// client.
    public var lastEventID: String? { headers[.lastEventID] }
}

extension HTTPField.Name {
    /// `Last-Event-ID` (WHATWG HTML §9.2.4).
    static let lastEventID: HTTPField.Name = {
        guard let name = HTTPField.Name("Last-Event-ID") else {
            preconditionFailure("The name is a token.")
        }
        return name
    }()
}

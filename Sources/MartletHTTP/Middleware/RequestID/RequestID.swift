import HTTPTypes
public import MartletCore

/// Names every request, so that its traces in logs of many services can be put together.
///
/// The identifier is what `X-Request-ID` says when that is sane (see ``Configuration``), else a new
/// one. It goes into ``CallContext/requestID`` and into the response's `X-Request-ID`, also when
/// the response is an ``HTTPError``. Put this layer outermost; ``RequestIDForwarding`` passes the
/// identifier on to the services that a handler calls.
///
/// A new identifier is unique among all processes for all practical purposes, but it can be
/// guessed: it is no secret.
public struct RequestID: Middleware {
    /// What the layer accepts.
    public struct Configuration: Sendable {
        /// Whether to take over the caller's identifier.
        ///
        /// Turn it off at an edge whose callers must not choose what stands in the logs.
        public var acceptsIncoming: Bool

        /// The most characters of a caller's identifier; a longer one is replaced.
        ///
        /// 128 by default.
        public var maximumIncomingLength: Int

        /// Makes a configuration.
        public init(acceptsIncoming: Bool = true, maximumIncomingLength: Int = 128) {
            precondition(maximumIncomingLength > 0, "an identifier has at least one character")
            self.acceptsIncoming = acceptsIncoming
            self.maximumIncomingLength = maximumIncomingLength
        }
    }

    private let configuration: Configuration
    private let generator: RequestIDGenerator

    /// Makes the layer.
    public init(_ configuration: Configuration = Configuration()) {
        self.init(configuration, generator: .shared)
    }

    package init(_ configuration: Configuration, generator: RequestIDGenerator) {
        self.configuration = configuration
        self.generator = generator
    }

    /// Names the request and repeats the name in the response.
    public func intercept(
        _ request: Request,
        context: CallContext,
        next: some Handler<Request, Response>
    ) async throws -> Response {
        let identifier = incoming(request.headers) ?? generator.next()
        var context = context
        context.requestID = identifier
        do {
            var response = try await next.handle(request, context: context)
            response.headers[.xRequestID] = identifier
            return response
        } catch var error as HTTPError {
            error.headers[.xRequestID] = identifier
            throw error
        }
    }

    /// The caller's identifier, when there is exactly one and every byte of it is a token's.
    private func incoming(_ headers: Headers) -> String? {
        guard configuration.acceptsIncoming,
            let index = headers.firstIndex(of: .xRequestID, from: 0),
            headers.firstIndex(of: .xRequestID, from: index + 1) == nil
        else { return nil }
        let isSane = headers.withValueBytes(at: index) { bytes in
            !bytes.isEmpty && bytes.count <= configuration.maximumIncomingLength
                && bytes.allSatisfy(ASCII.isToken)
        }
        return isSane ? headers.value(at: index) : nil
    }
}

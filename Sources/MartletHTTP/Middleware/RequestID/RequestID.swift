import HTTPTypes
public import MartletCore

/// Names every request, so that its traces in logs of many services can be put together.
///
/// The identifier is what `X-Request-ID` says when that is sane (see ``Configuration``), else a new
/// one. It goes into `CallContext.requestID` and into the response's `X-Request-ID`, also when
/// the response is an ``HTTPError``. Put this layer outermost; ``RequestIDForwarding`` passes the
/// identifier on to the services that a handler calls.
///
/// A new identifier is unique among all processes for all practical purposes, but it can be
/// guessed: it is no secret.
public struct RequestID: SynchronousMiddleware {
    /// What arrives.
    public typealias Request = MartletHTTP.Request
    /// What is answered.
    public typealias Response = MartletHTTP.Response

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

    /// Names the request.
    public func open(_ request: Request, context: inout CallContext) throws -> Response? {
        context.requestID = incoming(request.headers) ?? generator.next()
        return nil
    }

    /// Repeats the name in the response.
    public func close(_ response: inout Response, request: Request, context: CallContext) {
        response.headers[.xRequestID] = context.requestID
    }

    /// Repeats the name in an `HTTPError`.
    public func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response {
        guard var error = error as? HTTPError else { throw error }
        error.headers[.xRequestID] = context.requestID
        throw error
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

import HTTPTypes
import MartletCore
import MartletHTTP

/// Passes what the shop's form sends on to the gateway, so that the page needs no other origin.
struct ShopRelay: Handler {
    /// How long the gateway may take to answer.
    static let timeout = Duration.seconds(10)
    /// How long an answer may be.
    static let maximumAnswerBytes = 1 << 20

    private let supervisor: Supervisor
    private let client: HTTPClient

    init(_ supervisor: Supervisor, client: HTTPClient) {
        self.supervisor = supervisor
        self.client = client
    }

    /// Sends the request's path below `/shop` to the service named `gateway`.
    func handle(_ request: Request, context: CallContext) async throws -> Response {
        guard let gateway = supervisor.services.first(where: { $0.name == "gateway" }) else {
            throw HTTPError(.notFound, detail: "There is no service “gateway”.")
        }
        let target = String(request.target.dropFirst("/shop".count))
        guard target.hasPrefix("/api/") else {
            throw HTTPError(.notFound, detail: "The shop's paths begin with /api/.")
        }
        var headers = Headers()
        for name in [HTTPField.Name.contentType, .accept, HTTPField.Name(known: "Idempotency-Key")]
        {
            if let value = request.headers[name] { headers.append(value, for: name) }
        }
        let body = try await request.body.collect(upTo: Request.defaultJSONLimit)
        let onward = Request(
            request.method,
            Template.value(of: .url, port: gateway.port) + target,
            headers: headers,
            body: Body(body)
        )
        var context = context
        context.tightenDeadline(to: ContinuousClock.now.advanced(by: Self.timeout))
        let answer: Response
        do {
            answer = try await client.handle(onward, context: context)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw HTTPError(
                .badGateway,
                detail: "The gateway on port \(gateway.port) does not answer.",
                cause: error
            )
        }
        var kept = Headers()
        if let type = answer.headers[.contentType] { kept.append(type, for: .contentType) }
        kept.append("no-store", for: .cacheControl)
        return Response(
            answer.status,
            headers: kept,
            body: Body(try await answer.body.collect(upTo: Self.maximumAnswerBytes))
        )
    }
}

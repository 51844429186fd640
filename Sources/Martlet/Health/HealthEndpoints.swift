import HTTPTypes
import Logging
import MartletCore
import MartletHTTP
import NIOCore

/// Answers the health paths.
///
/// No layer is around it, so that probes are in no log and no metric.
struct HealthEndpoints: Handler {
    let configuration: HealthConfiguration
    let checks: [ReadinessCheck]
    let state: ServiceState
    let clock: any MonotonicClock
    let logger: Logger
    private let prefix: String

    init(
        _ configuration: HealthConfiguration,
        checks: [ReadinessCheck],
        state: ServiceState,
        clock: any MonotonicClock,
        logger: Logger
    ) {
        self.configuration = configuration
        self.checks = checks
        self.state = state
        self.clock = clock
        self.logger = logger
        prefix = configuration.path + "/"
    }

    /// Puts the health paths into `router`, unless they are turned off.
    func register(on router: inout Router) {
        guard configuration.isEnabled else { return }
        router.mountOutsideLayers(configuration.path, self)
    }

    func handle(_ request: Request, context: CallContext) async -> Response {
        guard request.method == .get || request.method == .head else {
            return HTTPError(.methodNotAllowed, headers: [.allow: "GET, HEAD"]).response()
        }
        switch request.path.dropFirst(prefix.count) {
        case "live":
            return json(.ok, ByteBuffer(string: #"{"status":"live"}"#))
        case "ready":
            return await readiness()
        case "stats":
            return json(.ok, ByteBuffer(string: state.statistics))
        default:
            return HTTPError(.notFound).response()
        }
    }

    private func readiness() async -> Response {
        let outcomes = await outcomes()
        var isReady = !state.isDraining
        var content = ByteBuffer()
        for (index, check) in checks.enumerated() {
            if index > 0 { content.writeStaticString(",") }
            content.writeJSONString(check.name)
            switch outcomes[index] {
            case .ready:
                content.writeStaticString(#":{"status":"ready"}"#)
            case .failed(let error):
                isReady = false
                logger.warning("Readiness check '\(check.name)' failed: \(error)")
                content.writeStaticString(#":{"status":"failed"}"#)
            case .timedOut:
                isReady = false
                logger.warning("Readiness check '\(check.name)' timed out.")
                content.writeStaticString(#":{"status":"timed out"}"#)
            }
        }
        let status = state.isDraining ? "draining" : isReady ? "ready" : "unready"
        var body = ByteBuffer(string: #"{"status":"\#(status)","checks":{"#)
        body.writeBuffer(&content)
        body.writeStaticString("}}")
        return json(isReady ? .ok : .serviceUnavailable, body)
    }

    /// Runs all checks at the same time.
    private func outcomes() async -> [ReadinessCheck.Outcome] {
        guard !checks.isEmpty else { return [] }
        return await withTaskGroup(of: (Int, ReadinessCheck.Outcome).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask {
                    let timeout = configuration.checkTimeout
                    return (index, await check.run(timeout: timeout, clock: clock))
                }
            }
            var outcomes = [ReadinessCheck.Outcome](repeating: .timedOut, count: checks.count)
            for await (index, outcome) in group {
                outcomes[index] = outcome
            }
            return outcomes
        }
    }

    private func json(_ status: HTTPResponse.Status, _ body: ByteBuffer) -> Response {
        let headers: Headers = [.contentType: "application/json", .cacheControl: "no-store"]
        return Response(status, headers: headers, body: Body(body))
    }
}

import HTTPTypes
import MartletCore
import MartletHTTP

/// Counts the requests of a service, for its statistics.
struct RequestCounting: SynchronousMiddleware {
    typealias Request = MartletHTTP.Request
    typealias Response = MartletHTTP.Response

    let state: ServiceState

    func open(_ request: Request, context: inout CallContext) -> Response? {
        state.begin()
        return nil
    }

    func close(_ response: inout Response, request: Request, context: CallContext) {
        state.end(failed: response.status.code >= 500)
    }

    func recover(
        from error: any Error,
        request: Request,
        context: CallContext
    ) throws -> Response {
        state.end(failed: true)
        throw error
    }
}

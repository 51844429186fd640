import HTTPTypes
import MartletCore
import MartletHTTP

/// A request on its way to an upstream, by reference: the frames that wait for the response hold
/// one word of it.
// Sound because only its call touches it, in its task or on its loop.
final class ForwardedCall: @unchecked Sendable {
    /// The request as the first upstream gets it.
    let request: Request
    let group: UpstreamGroup
    /// The upstream in `group` that it was sent to last.
    var index: Int
    private let table: RoutingTable
    /// What there is to answer, when no task waits for the response.
    var relayed: Relayed?

    struct Relayed {
        let call: RelayedCall
        let context: CallContext
        let gateway: any UpstreamFailover
    }

    init(_ request: Request, _ group: UpstreamGroup, _ index: Int, _ table: RoutingTable) {
        self.request = request
        self.group = group
        self.index = index
        self.table = table
    }

    /// The response for the client.
    ///
    /// - Throws: `HTTPError` with 502 for a response that nobody asked for.
    func finish(_ response: Response) throws -> Response {
        var response = response
        try group.upstreams[index].accept(response)
        ResponseFields.edit(&response.headers, via: table.requestFields.via)
        return response
    }
}

extension ForwardedCall: ResponseReceiver {
    func received(_ result: Result<Response, any Error>) {
        guard let relayed = relayed.take() else { return }
        switch result {
        case .success(let response):
            relayed.call.finish(Result { try finish(response) })
        case .failure(let error as HTTPClientError):
            relayed.gateway.continueInTask(self, relayed.context, after: error, relayed.call)
        case .failure(let error):
            relayed.call.finish(.failure(error))
        }
    }
}

/// Who goes on, in a task, when an upstream did not answer.
protocol UpstreamFailover: AnyObject {
    func continueInTask(
        _ forwarded: ForwardedCall,
        _ context: CallContext,
        after failure: HTTPClientError?,
        _ call: RelayedCall
    )
}

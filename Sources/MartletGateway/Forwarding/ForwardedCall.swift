import HTTPTypes
import MartletHTTP

/// A request on its way to an upstream, by reference: the frames that wait for the response hold
/// one word of it.
// Sound because only the task of its call touches it.
final class ForwardedCall: @unchecked Sendable {
    /// The request as the first upstream gets it.
    let request: Request
    let group: UpstreamGroup
    /// The upstream in `group` that it was sent to last.
    var index: Int
    private let table: RoutingTable

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

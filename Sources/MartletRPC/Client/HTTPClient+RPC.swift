public import MartletHTTP

extension HTTPClient.Configuration {
    /// What a client is that makes gRPC calls: HTTP/2 only, and no time-out or limit of HTTP's own,
    /// because deadlines and the sizes of messages are gRPC's.
    public static var rpc: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.http2 = .always
        // Ten years: streams are silent as long as they like.
        configuration.responseTimeout = .seconds(10 * 365 * 86_400)
        configuration.bodyIdleTimeout = .seconds(10 * 365 * 86_400)
        configuration.responseBodySize = .max
        configuration.redirectLimit = 0
        configuration.decompresses = false
        configuration.userAgent = "grpc-swift-martlet"
        return configuration
    }
}

public import HTTPTypes
public import MartletHTTP

extension CORS.Configuration {
    /// What pages of other origins need to call methods: by gRPC-Web, or as HTTP with JSON.
    ///
    /// A page may send every field that it asks to, may use the methods that rules have, and may
    /// read a call's status. The metadata that a page is to read has to be named.
    ///
    /// ```swift
    /// let cors = try CORS(.rpc(origins: .exact(["https://app.example.com"])))
    /// ```
    ///
    /// - Parameters:
    ///   - origins: Which origins may read responses.
    ///   - allowsCredentials: Whether requests may carry cookies and other credentials.
    ///   - metadata: The initial metadata that pages may read; with JSON its names begin with
    ///     `Grpc-Metadata-`.
    /// - Returns: The configuration.
    public static func rpc(
        origins: CORS.Origins,
        allowsCredentials: Bool = false,
        metadata: [HTTPField.Name] = []
    ) -> CORS.Configuration {
        CORS.Configuration(
            origins: origins,
            allowsCredentials: allowsCredentials,
            exposedHeaders: [
                .xRequestID, RPCFields.status, RPCFields.message, RPCFields.details,
            ] + metadata
        )
    }
}

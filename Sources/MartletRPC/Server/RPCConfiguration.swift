public import HTTPTypes
public import SwiftProtobuf

/// The limits and choices of a server's methods.
public struct RPCConfiguration: Sendable {
    /// The most bytes of a message that arrives, as it is on the wire and decompressed.
    ///
    /// 4 MiB by default, as elsewhere in gRPC. A longer one ends its call with RESOURCE_EXHAUSTED.
    /// All messages of a call together have the server's own limit, `HTTPLimits.bodySize`.
    public var maximumMessageSize = 4 * 1024 * 1024

    /// How messages to callers who accept it are compressed; nil, the default, for not at all.
    public var responseCompression: RPCCompression?

    /// The least bytes of a message that is worth compressing; 1 KiB by default.
    public var compressionThreshold = 1024

    /// The fields of an HTTP request with JSON that are metadata under their own names; only
    /// `Authorization` by default.
    ///
    /// Every other field is metadata when its name begins with `Grpc-Metadata-`, which is left
    /// out. Those named here cannot be sent that way, so that what guards one guards the other.
    public var transcodedFields: [HTTPField.Name] = [.authorization]

    /// How response messages are written as JSON; by default as the specification of Protocol
    /// Buffers says, without fields that have their defaults.
    public var jsonEncoding = JSONEncodingOptions()

    /// Makes the defaults.
    public init() {}
}

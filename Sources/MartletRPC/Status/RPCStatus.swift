public import NIOCore

/// How a call ended: a code, a message for people, and details for programs.
///
/// It is what `grpc-status`, `grpc-message` and `grpc-status-details-bin` carry (gRPC over HTTP/2,
/// "Responses").
public struct RPCStatus: Hashable, Sendable {
    /// The code.
    public var code: Code

    /// What happened, for a person at the other end to read; empty when the code says it all.
    ///
    /// Do not put secrets into it.
    public var message: String

    /// A serialised `google.rpc.Status`, with details that a program can read.
    public var details: ByteBuffer?

    /// Makes a status.
    public init(_ code: Code, _ message: String = "", details: ByteBuffer? = nil) {
        self.code = code
        self.message = message
        self.details = details
    }

    /// The call has done what it was asked to.
    public static let ok = RPCStatus(.ok)
}

extension RPCStatus: CustomStringConvertible {
    /// The code's name and the message.
    public var description: String {
        message.isEmpty ? code.description : "\(code): \(message)"
    }
}

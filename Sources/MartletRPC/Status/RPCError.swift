public import NIOCore

/// An error that ends a call with a status.
///
/// Throw one from a method, or from a middleware around the handler of the methods. Anything else
/// that is thrown is logged whole and answered with UNKNOWN, without its text.
///
/// ```swift
/// throw RPCError(.notFound, "There is no user 42.")
/// ```
public struct RPCError: Error, Sendable {
    /// What the caller is told.
    public var status: RPCStatus

    /// What goes with the status as trailing metadata.
    public var metadata: RPCMetadata

    /// What led to this error; logged, never sent.
    public var cause: (any Error)?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: The kind of error; not ``RPCStatus/Code/ok``.
    ///   - message: What happened, for the caller to read.
    ///   - details: A serialised `google.rpc.Status`.
    ///   - metadata: What goes with the status.
    ///   - cause: What led to it.
    public init(
        _ code: RPCStatus.Code,
        _ message: String,
        details: ByteBuffer? = nil,
        metadata: RPCMetadata = RPCMetadata(),
        cause: (any Error)? = nil
    ) {
        precondition(code != .ok, "an error is not OK")
        status = RPCStatus(code, message, details: details)
        self.metadata = metadata
        self.cause = cause
    }

    /// Makes the error that a status is, with what came along.
    init(_ status: RPCStatus, metadata: RPCMetadata) {
        self.status = status
        self.metadata = metadata
    }
}

extension RPCError: CustomStringConvertible {
    /// The status, then the chain of causes.
    public var description: String {
        guard let cause else { return "\(status)" }
        return "\(status)\n  caused by: \(cause)"
    }
}

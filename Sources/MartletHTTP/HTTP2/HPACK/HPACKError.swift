/// A header block that cannot be decoded (RFC 7541 §2.3.3, §5.2, §6.3).
///
/// Always a connection error of type `COMPRESSION_ERROR` (RFC 9113 §4.3): the dynamic table is not
/// the peer's any more, so that nothing that follows can be read.
package struct HPACKError: Error, Sendable, Hashable {
    /// What is wrong with the block.
    package let reason: String

    package init(_ reason: String) {
        self.reason = reason
    }
}

extension HPACKError: CustomStringConvertible {
    package var description: String { reason }
}

extension HTTP2Error {
    /// What a block that cannot be decoded ends the connection with.
    package init(_ error: HPACKError) {
        self = .connection(.compressionError, error.reason)
    }
}

package import HTTPTypes

/// Makes heads and trailers of decoded header blocks, and refuses malformed ones (RFC 9113 §8).
///
/// One a connection: it remembers the last authority and the last target, which requests of a
/// connection mostly share.
package struct HTTP2HeadReader: Sendable {
    package init() {}

    /// Reads the head of a request.
    ///
    /// The head shares the block's memory. Whether extended CONNECT was enabled is the caller's to
    /// check.
    ///
    /// - Throws: When the request is malformed.
    package mutating func readRequest(
        _ fields: inout HPACKFieldBlock
    ) throws(HTTP2MessageError) -> HTTP2RequestHead {
        preconditionFailure("Not there yet.")
    }

    /// Reads the head of a response.
    ///
    /// - Throws: When the response is malformed.
    package mutating func readResponse(
        _ fields: inout HPACKFieldBlock
    ) throws(HTTP2MessageError) -> HTTP2ResponseHead {
        preconditionFailure("Not there yet.")
    }

    /// Reads trailers.
    ///
    /// - Throws: When they are malformed.
    package mutating func readTrailers(
        _ fields: inout HPACKFieldBlock
    ) throws(HTTP2MessageError) -> Headers {
        preconditionFailure("Not there yet.")
    }
}

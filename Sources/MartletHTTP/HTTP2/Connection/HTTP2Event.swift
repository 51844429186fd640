package import NIOCore

/// What a peer's bytes mean to the owner of a connection.
///
/// A header block has to be decoded whatever becomes of its stream, because the blocks behind it
/// refer to it.
package enum HTTP2Event: Sendable {
    /// There is nothing more in the bytes that are here.
    case needsMore
    /// A message begins: a request that opens the stream, or a response.
    ///
    /// A client gets one for each interim response too, and for trailers that follow a head
    /// without content, because only who decodes can tell them apart.
    case headers(HTTP2StreamID, block: ByteBuffer, endsStream: Bool)
    /// A piece of content, whose window is given back with `consumed`.
    ///
    /// It is empty only when it ends the stream.
    case data(HTTP2StreamID, ByteBuffer, endsStream: Bool)
    /// A message ends with trailers.
    case trailers(HTTP2StreamID, block: ByteBuffer)
    /// A header block to decode and to forget: its stream was refused, reset or is unknown.
    case discardedHeaders(block: ByteBuffer)
    /// The peer reset a stream; or, by GOAWAY, said that it never looked at it (REFUSED_STREAM).
    case reset(HTTP2StreamID, HTTP2ErrorCode)
    /// The peer broke a rule within a stream that was open, which has been reset for it.
    case streamError(HTTP2StreamID, HTTP2Error)
    /// The windows are open for a stream whose data waited: time to call `sendData` again.
    case writable(HTTP2StreamID)
    /// The peer sent settings, which hold from now on; the acknowledgement is in the output.
    ///
    /// Who encodes takes the size of its table from them.
    case settingsChanged(HTTP2Settings)
    /// The peer holds to the settings that were sent.
    case settingsAcknowledged
    /// The peer takes no streams above this one, and is closing for this reason.
    case goAway(lastStream: HTTP2StreamID, HTTP2ErrorCode)
    /// The peer answered the PING with these bytes.
    case pingAcknowledged(UInt64)
    /// The connection is over; GOAWAY, which says why, is in the output.
    case connectionError(HTTP2Error)
}

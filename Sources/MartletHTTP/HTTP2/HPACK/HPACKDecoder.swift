package import NIOCore

/// Decodes the header blocks of one direction of a connection (RFC 7541).
///
/// Sans-I/O. Every block of the connection must go through it, in order, also those of streams that
/// are refused or gone, or else the dynamic table is not the peer's any more. After it has thrown it
/// is not to be used again.
package struct HPACKDecoder: ~Copyable {
    /// Makes a decoder with an empty dynamic table; allocates nothing.
    package init(limits: HPACKLimits = HPACKLimits()) {
    }

    /// Changes the most that the dynamic table may hold; to be called when the peer acknowledges a
    /// `SETTINGS_HEADER_TABLE_SIZE` of ours.
    ///
    /// After a reduction under what the peer uses its next block must begin with a size update (RFC
    /// 9113 §4.3.1).
    package mutating func limitTable(to size: Int) {
        preconditionFailure("Not there yet.")
    }

    /// Decodes a whole header block: the fragments of a HEADERS or PUSH_PROMISE frame and its
    /// CONTINUATION frames, joined.
    ///
    /// - Parameters:
    ///   - block: The block; how long it may be is the caller's to limit.
    ///   - fields: Is emptied, and then holds the fields; look at ``HPACKFieldBlock/isTooLarge``
    ///     before using them.
    /// - Throws: When the block cannot be decoded, which ends the connection with
    ///   `COMPRESSION_ERROR`.
    package mutating func decode(
        _ block: ByteBuffer,
        into fields: inout HPACKFieldBlock
    ) throws(HPACKError) {
        preconditionFailure("Not there yet.")
    }
}

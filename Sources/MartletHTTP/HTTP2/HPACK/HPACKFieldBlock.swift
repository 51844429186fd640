package import NIOCore

/// The field lines of one header block, decoded: names and values in one buffer, and where each
/// lies.
///
/// Made once a connection and handed to ``HPACKDecoder/decode(_:into:)`` for every block: its
/// memory is used again when no message holds it any more.
package struct HPACKFieldBlock: Sendable {
    /// The names and values that `slices` point into.
    package internal(set) var bytes = ByteBuffer()
    /// The fields in their order, pseudo-header fields among them.
    package internal(set) var slices: [Headers.Slice] = []
    /// What the fields amount to as RFC 9113 §6.5.2 counts them, those that were not kept too.
    package internal(set) var listSize = 0
    /// Whether the fields were over a limit of ``HPACKLimits``, so that some are missing.
    ///
    /// The block is decoded to its end all the same: the connection goes on, and the message is
    /// answered with 431.
    package internal(set) var isTooLarge = false

    /// Makes an empty block; allocates nothing.
    package init() {}

    /// Forgets the fields; keeps the memory when nobody else has it.
    mutating func reset() {
        bytes.clear()
        slices.removeAll(keepingCapacity: true)
        listSize = 0
        isTooLarge = false
    }

    /// Gives up memory that is more than an idle connection should hold; 1 KiB.
    mutating func releaseExcess() {
        if bytes.capacity > 1024 { bytes = ByteBuffer() }
        if slices.capacity > 64 { slices = [] }
    }
}

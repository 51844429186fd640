/// What a decoder of header blocks keeps of one block.
package struct HPACKLimits: Sendable {
    /// The most that the fields of one block may amount to: names, values, and 32 a field (RFC 9113
    /// §6.5.2); 32 KiB.
    ///
    /// What we say in `SETTINGS_MAX_HEADER_LIST_SIZE`. Over it a block is too large: 431.
    package var listSize = 32 * 1024

    /// The most fields of one block; 100.
    ///
    /// The pseudo-header fields count. Over it a block is too large: 431.
    package var fieldCount = 100

    /// Makes the default limits.
    package init() {}
}

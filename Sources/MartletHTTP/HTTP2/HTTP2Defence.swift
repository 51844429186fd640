/// What a peer was stopped from doing; the raw value is a metric's label.
///
/// The last four are found by whoever decodes header blocks and knows the time; they are here so
/// that one metric counts all.
package enum HTTP2Defence: String, CaseIterable, Sendable {
    /// Streams were opened and reset, made to be reset, or opened beyond the limit, too often.
    case rapidReset = "rapid_reset"
    /// A stream beyond the limit was refused.
    case streamCount = "stream_count"
    /// A header block came in too many CONTINUATION frames.
    case continuationFlood = "continuation_flood"
    /// A header block is too long before it is decoded.
    case headerBlockSize = "header_block_size"
    /// Too many frames said nothing.
    case emptyFrames = "empty_frames"
    /// Too many SETTINGS.
    case settingsFlood = "settings_flood"
    /// Too many PINGs.
    case pingFlood = "ping_flood"
    /// Too many WINDOW_UPDATEs for what was sent.
    case windowUpdateFlood = "window_update_flood"
    /// Too many frames that are ignored: priorities, unknown types, frames of closed streams.
    case ignoredFrames = "ignored_frames"
    /// Too many answers wait because the peer does not read them.
    case unreadAnswers = "unread_answers"
    /// A window was opened beyond 2^31 - 1.
    case windowOverflow = "window_overflow"
    /// More DATA came than a window allows.
    case dataBeyondWindow = "data_beyond_window"
    /// A header list is too long once decoded.
    case headerListSize = "header_list_size"
    /// Header compression was used to make much of little.
    case headerBomb = "header_bomb"
    /// A stream's data waited too long for a window to open.
    case stalledWindow = "stalled_window"
    /// The peer did not read from the connection.
    case slowRead = "slow_read"
}

import MartletTransport

/// What an endpoint of HTTP/2 accepts from its peer.
///
/// Every limit has a default that suits a service behind a gateway. What is over a limit ends the
/// stream or the connection with the code named here. Counts that are “within the window” start
/// anew after each `countingWindow`.
public struct HTTP2Limits: Sendable {
    /// The most streams that a peer has open at once; 100.
    ///
    /// Sent as SETTINGS_MAX_CONCURRENT_STREAMS. Over it: the stream is reset with REFUSED_STREAM.
    public var concurrentStreams = 100

    /// How many bytes of content a stream may have under way, to begin with; 256 KiB.
    ///
    /// Sent as SETTINGS_INITIAL_WINDOW_SIZE. Over it: the stream is reset with FLOW_CONTROL_ERROR.
    public var streamWindowSize = 256 * 1024

    /// How many bytes of content all streams of a connection may have under way, to begin with; 1
    /// MiB, at least 65,535.
    ///
    /// Over it: the connection ends with FLOW_CONTROL_ERROR.
    public var connectionWindowSize = 1024 * 1024

    /// Up to where a stream's window grows while the path holds more than it; 1 MiB.
    ///
    /// No more than `streamWindowSize` keeps windows as they are.
    public var largestStreamWindowSize = 1024 * 1024

    /// Up to where the connection's window grows with those of its streams; 4 MiB.
    public var largestConnectionWindowSize = 4 * 1024 * 1024

    /// The longest frame that is accepted, without its 9 bytes of header; 16 KiB, the least that
    /// the protocol allows.
    ///
    /// Sent as SETTINGS_MAX_FRAME_SIZE. Over it: FRAME_SIZE_ERROR.
    public var frameSize = 16 * 1024

    /// The longest DATA frame that is sent, whatever a peer accepts; 16 KiB.
    ///
    /// It is also how much one stream sends in its turn while others wait for the connection's
    /// window.
    public var sentFrameSize = 16 * 1024

    /// How many bytes the peer's encoder may keep in its dynamic table; 4 KiB.
    ///
    /// Sent as SETTINGS_HEADER_TABLE_SIZE.
    public var headerTableSize = 4096

    /// The longest header list after decoding, counted with 32 bytes for each field; 32 KiB.
    ///
    /// Sent as SETTINGS_MAX_HEADER_LIST_SIZE; who decodes holds it.
    public var headerListSize = 32 * 1024

    /// The longest header block before decoding; 64 KiB.
    ///
    /// Over it: ENHANCE_YOUR_CALM.
    public var headerBlockSize = 64 * 1024

    /// The most CONTINUATION frames of one header block; 16.
    ///
    /// Over it: ENHANCE_YOUR_CALM.
    public var continuationCount = 16

    /// The time within which the counts below are held; 10 seconds.
    public var countingWindow: Duration = .seconds(10)

    /// How many streams a peer may reset, get refused, or break, within the window, beyond one for
    /// each that ends as it should; 400.
    ///
    /// A stream whose response is whole may be reset at no cost, and so may a client's.
    /// Over it: ENHANCE_YOUR_CALM.
    public var resetCount = 400

    /// The most frames of DATA, HEADERS and CONTINUATION that have nothing to say, within the
    /// window; 100.
    ///
    /// They have no content and end nothing. Over it: ENHANCE_YOUR_CALM.
    public var emptyFrameCount = 100

    /// The most SETTINGS frames within the window; 100.
    ///
    /// Over it: ENHANCE_YOUR_CALM.
    public var settingsCount = 100

    /// The most PING frames within the window, beyond one for each frame of HEADERS or DATA either
    /// way; 1000.
    ///
    /// Over it: ENHANCE_YOUR_CALM.
    public var pingCount = 1000

    /// The most WINDOW_UPDATE frames within the window, beyond ten for each frame of HEADERS or
    /// DATA either way; 1000.
    ///
    /// Over it: ENHANCE_YOUR_CALM.
    public var windowUpdateCount = 1000

    /// The most frames within the window that are read and ignored, beyond two for each frame of
    /// HEADERS or DATA either way; 1000.
    ///
    /// They are PRIORITY, unknown types, what comes late for a closed stream, and acknowledgements
    /// that nothing waits for. Over it: ENHANCE_YOUR_CALM.
    public var ignoredFrameCount = 1000

    /// The most answers to SETTINGS, PING and broken streams that wait to be sent; 1000.
    ///
    /// Over it: ENHANCE_YOUR_CALM.
    public var unsentAnswerCount = 1000

    /// How many bytes a stream that waits for its window must send to count as going on; 1 KiB.
    ///
    /// Else a peer that opens the window by single bytes would never stall.
    public var stallProgress = 1024

    /// Whether a server takes extended CONNECT (RFC 8441); true.
    public var allowsExtendedConnect = true

    /// Whether a server without TLS takes `Upgrade: h2c` of HTTP/1.1 (RFC 7540 §3.2); true.
    ///
    /// Behind a proxy that passes the fields of its own hop on, a client would get past the proxy's
    /// rules with it, as it could with WebSocket: such a proxy is better repaired than served.
    public var allowsUpgrade = true

    /// Makes the default limits.
    public init() {}
}

/// Limits by reference: what every connection of a server or a client shares.
package final class SharedHTTP2Limits: Sendable {
    package let values: HTTP2Limits
    /// The window of counting in ticks.
    let countingTicks: TickTimers.Tick

    /// Takes the limits as far as the protocol allows them.
    package init(_ limits: HTTP2Limits) {
        var values = limits
        let largest = HTTP2Machine.largestWindow
        values.concurrentStreams = min(max(values.concurrentStreams, 0), largest)
        values.streamWindowSize = min(max(values.streamWindowSize, 0), largest)
        values.connectionWindowSize =
            min(max(values.connectionWindowSize, HTTP2Settings.defaultWindowSize), largest)
        values.largestStreamWindowSize = min(values.largestStreamWindowSize, largest)
        values.largestConnectionWindowSize = min(values.largestConnectionWindowSize, largest)
        values.frameSize = min(max(values.frameSize, 16384), HTTP2Settings.largestFrameSize)
        values.sentFrameSize = min(max(values.sentFrameSize, 1), HTTP2Settings.largestFrameSize)
        values.headerTableSize = min(max(values.headerTableSize, 0), largest)
        values.headerListSize = min(max(values.headerListSize, 0), largest)
        self.values = values
        countingTicks = TickTimers.ticks(in: limits.countingWindow)
    }
}

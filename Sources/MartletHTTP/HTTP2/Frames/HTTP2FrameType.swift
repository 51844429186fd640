/// What a frame is (RFC 9113 §6); a type that is not listed is ignored.
package struct HTTP2FrameType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    private init(_ rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let data = HTTP2FrameType(0)
    package static let headers = HTTP2FrameType(1)
    package static let priority = HTTP2FrameType(2)
    package static let resetStream = HTTP2FrameType(3)
    package static let settings = HTTP2FrameType(4)
    package static let pushPromise = HTTP2FrameType(5)
    package static let ping = HTTP2FrameType(6)
    package static let goAway = HTTP2FrameType(7)
    package static let windowUpdate = HTTP2FrameType(8)
    package static let continuation = HTTP2FrameType(9)
}

/// The flags of a frame; what a bit means depends on the type.
package struct HTTP2FrameFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The peer's SETTINGS or PING is answered.
    package static let acknowledges = HTTP2FrameFlags(rawValue: 0x1)
    /// The stream's last DATA or HEADERS.
    package static let endStream = HTTP2FrameFlags(rawValue: 0x1)
    /// No CONTINUATION follows.
    package static let endHeaders = HTTP2FrameFlags(rawValue: 0x4)
    /// A pad length and padding surround the payload.
    package static let padded = HTTP2FrameFlags(rawValue: 0x8)
    /// HEADERS begins with a priority.
    package static let priority = HTTP2FrameFlags(rawValue: 0x20)
}

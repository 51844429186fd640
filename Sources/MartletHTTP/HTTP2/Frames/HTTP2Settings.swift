import NIOCore

/// What an endpoint says about itself (RFC 9113 §6.5.2), with the values that hold until it does.
package struct HTTP2Settings: Hashable, Sendable {
    /// The window that streams and the connection begin with.
    static let defaultWindowSize = 65535
    /// The longest frame that anybody may accept.
    static let largestFrameSize = 16_777_215

    /// SETTINGS_HEADER_TABLE_SIZE: how much a header encoder may keep.
    package var headerTableSize = 4096
    /// SETTINGS_ENABLE_PUSH: whether a server may push.
    package var enablesPush = true
    /// SETTINGS_MAX_CONCURRENT_STREAMS: how many streams may be open; nil for any number.
    package var concurrentStreams: Int?
    /// SETTINGS_INITIAL_WINDOW_SIZE: the window that streams begin with.
    package var windowSize = HTTP2Settings.defaultWindowSize
    /// SETTINGS_MAX_FRAME_SIZE: the longest payload.
    package var frameSize = 16384
    /// SETTINGS_MAX_HEADER_LIST_SIZE: the longest header list; nil for any.
    package var headerListSize: Int?
    /// SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441): whether extended CONNECT is taken.
    package var enablesConnectProtocol = false

    package init() {}

    /// The number of a setting.
    enum Identifier: UInt16 {
        case headerTableSize = 1
        case enablePush
        case concurrentStreams
        case windowSize
        case frameSize
        case headerListSize
        case enableConnectProtocol = 8
    }

    /// Takes one setting.
    ///
    /// - Returns: What is wrong with it, or nil. A setting that is not known is ignored.
    mutating func apply(_ identifier: UInt16, _ value: UInt32) -> HTTP2Error? {
        switch Identifier(rawValue: identifier) {
        case .headerTableSize:
            headerTableSize = Int(value)
        case .enablePush:
            guard value <= 1 else { return Self.notBoolean }
            enablesPush = value == 1
        case .concurrentStreams:
            concurrentStreams = Int(value)
        case .windowSize:
            guard value <= HTTP2Machine.largestWindow else {
                return .connection(.flowControlError, "SETTINGS_INITIAL_WINDOW_SIZE is too large.")
            }
            windowSize = Int(value)
        case .frameSize:
            guard value >= 16384, value <= Self.largestFrameSize else {
                return .connection(.protocolError, "SETTINGS_MAX_FRAME_SIZE is out of its range.")
            }
            frameSize = Int(value)
        case .headerListSize:
            headerListSize = Int(value)
        case .enableConnectProtocol:
            guard value <= 1 else { return Self.notBoolean }
            guard value == 1 || !enablesConnectProtocol else {
                return .connection(
                    .protocolError,
                    "SETTINGS_ENABLE_CONNECT_PROTOCOL cannot be taken back."
                )
            }
            enablesConnectProtocol = value == 1
        case nil:
            break
        }
        return nil
    }

    private static let notBoolean = HTTP2Error.connection(
        .protocolError,
        "A setting that is 0 or 1 has another value."
    )

    /// Takes the payload of a SETTINGS frame, or of an `HTTP2-Settings` field after decoding.
    ///
    /// - Returns: What is wrong with it, or nil.
    mutating func apply(_ payload: ByteBuffer) -> HTTP2Error? {
        guard payload.readableBytes % 6 == 0 else {
            return .connection(.frameSizeError, "SETTINGS is not a multiple of 6 bytes.")
        }
        var payload = payload
        while let (identifier, value) = payload.readMultipleIntegers(as: (UInt16, UInt32).self) {
            if let error = apply(identifier, value) { return error }
        }
        return nil
    }

    /// Writes what differs from `base` as a SETTINGS frame.
    ///
    /// - Parameters:
    ///   - base: What the peer believes.
    ///   - buffer: Where the frame goes.
    func write(changesFrom base: HTTP2Settings, to buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        HTTP2FrameHeader(length: 0, type: .settings).write(to: &buffer)
        func write(_ identifier: Identifier, _ value: Int?, _ old: Int?) {
            guard let value, value != old else { return }
            buffer.writeMultipleIntegers(identifier.rawValue, UInt32(clamping: value))
        }
        write(.headerTableSize, headerTableSize, base.headerTableSize)
        write(.enablePush, enablesPush ? 1 : 0, base.enablesPush ? 1 : 0)
        write(.concurrentStreams, concurrentStreams, base.concurrentStreams)
        write(.windowSize, windowSize, base.windowSize)
        write(.frameSize, frameSize, base.frameSize)
        write(.headerListSize, headerListSize, base.headerListSize)
        write(
            .enableConnectProtocol,
            enablesConnectProtocol ? 1 : 0,
            base.enablesConnectProtocol ? 1 : 0
        )
        let length = buffer.writerIndex - start - HTTP2FrameHeader.size
        HTTP2FrameHeader(length: length, type: .settings).set(at: start, in: &buffer)
    }
}

import MartletHTTP
import NIOCore

/// A frame as a peer writes it, right or wrong.
struct RawFrame {
    var type: UInt8
    var flags: HTTP2FrameFlags = []
    var stream: UInt32 = 0
    var payload: [UInt8] = []
    /// What the header says instead of the payload's length.
    var statedLength: Int?

    var bytes: [UInt8] {
        let length = statedLength ?? payload.count
        return Self.big(UInt32(length)).dropFirst() + [type, flags.rawValue] + Self.big(stream)
            + payload
    }

    static func big(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// The payload with its pad length and padding.
    private func padded(_ count: Int?) -> RawFrame {
        guard let count else { return self }
        var frame = self
        frame.flags.insert(.padded)
        frame.payload = [UInt8(count)] + payload + [UInt8](repeating: 0, count: count)
        return frame
    }

    static func data(
        _ stream: UInt32,
        _ text: String,
        end: Bool = false,
        padding: Int? = nil
    ) -> RawFrame {
        let flags: HTTP2FrameFlags = end ? .endStream : []
        return RawFrame(type: 0, flags: flags, stream: stream, payload: Array(text.utf8))
            .padded(padding)
    }

    static func data(_ stream: UInt32, count: Int, end: Bool = false) -> RawFrame {
        data(stream, String(repeating: "d", count: count), end: end)
    }

    static func headers(
        _ stream: UInt32,
        _ block: String = "block",
        end: Bool = false,
        endHeaders: Bool = true,
        padding: Int? = nil,
        dependency: UInt32? = nil
    ) -> RawFrame {
        var flags: HTTP2FrameFlags = end ? .endStream : []
        if endHeaders { flags.insert(.endHeaders) }
        var payload = Array(block.utf8)
        if let dependency {
            flags.insert(.priority)
            payload = big(dependency) + [15] + payload
        }
        return RawFrame(type: 1, flags: flags, stream: stream, payload: payload).padded(padding)
    }

    static func priority(_ stream: UInt32, on dependency: UInt32 = 0) -> RawFrame {
        RawFrame(type: 2, stream: stream, payload: big(dependency) + [15])
    }

    static func reset(_ stream: UInt32, _ code: HTTP2ErrorCode = .cancel) -> RawFrame {
        RawFrame(type: 3, stream: stream, payload: big(code.rawValue))
    }

    static func settings(_ values: KeyValuePairs<UInt16, UInt32> = [:]) -> RawFrame {
        let payload = values.flatMap { [UInt8($0.key >> 8), UInt8($0.key & 255)] + big($0.value) }
        return RawFrame(type: 4, payload: payload)
    }

    static let settingsAck = RawFrame(type: 4, flags: .acknowledges)

    static func ping(_ data: UInt64, ack: Bool = false) -> RawFrame {
        let payload = big(UInt32(data >> 32)) + big(UInt32(truncatingIfNeeded: data))
        return RawFrame(type: 6, flags: ack ? .acknowledges : [], payload: payload)
    }

    static func goAway(_ last: UInt32, _ code: HTTP2ErrorCode = .noError) -> RawFrame {
        RawFrame(type: 7, payload: big(last) + big(code.rawValue))
    }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> RawFrame {
        RawFrame(type: 8, stream: stream, payload: big(increment))
    }

    static func continuation(_ stream: UInt32, _ block: String, end: Bool) -> RawFrame {
        let flags: HTTP2FrameFlags = end ? .endHeaders : []
        return RawFrame(type: 9, flags: flags, stream: stream, payload: Array(block.utf8))
    }
}

extension RawFrame: CustomStringConvertible {
    /// Reads what a machine wrote.
    static func frames(in buffer: ByteBuffer) -> [RawFrame] {
        var buffer = buffer
        var frames: [RawFrame] = []
        while let header = HTTP2FrameHeader(buffer) {
            buffer.moveReaderIndex(forwardBy: HTTP2FrameHeader.size)
            guard let payload = buffer.readBytes(length: header.length) else { break }
            frames.append(
                RawFrame(
                    type: header.type.rawValue,
                    flags: header.flags,
                    stream: header.stream.rawValue,
                    payload: payload
                )
            )
        }
        return frames
    }

    private func number(_ offset: Int) -> UInt32 {
        payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A text that is short, or how long it is.
    private var text: String {
        payload.count > 16 ? "#\(payload.count)" : String(decoding: payload, as: UTF8.self)
    }

    private var code: HTTP2ErrorCode { HTTP2ErrorCode(rawValue: number(payload.count - 4)) }

    var description: String {
        let end = flags.contains(.endStream) ? " end" : ""
        let more = flags.contains(.endHeaders) ? "" : " more"
        switch type {
        case 0: return "DATA \(stream) \(text)\(end)"
        case 1: return "HEADERS \(stream) \(text)\(end)\(more)"
        case 3: return "RST_STREAM \(stream) \(code)"
        case 4 where flags.contains(.acknowledges): return "SETTINGS ack"
        case 4:
            let values = stride(from: 0, to: payload.count, by: 6).map {
                "\(Int(payload[$0]) << 8 | Int(payload[$0 + 1]))=\(number($0 + 2))"
            }
            return (["SETTINGS"] + values).joined(separator: " ")
        case 6:
            return "PING\(end.isEmpty ? "" : " ack") \(UInt64(number(0)) << 32 | UInt64(number(4)))"
        case 7: return "GOAWAY \(number(0)) \(HTTP2ErrorCode(rawValue: number(4)))"
        case 8: return "WINDOW_UPDATE \(stream) \(number(0))"
        case 9: return "CONTINUATION \(stream) \(text)\(more)"
        default: return "frame of type \(type)"
        }
    }
}

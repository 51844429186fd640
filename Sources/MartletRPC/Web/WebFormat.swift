import HTTPTypes
import MartletHTTP
import NIOCore

/// How a gRPC-Web call writes its bytes, each way (`PROTOCOL-WEB.md`).
struct WebFormat: Hashable, Sendable {
    /// Whether the request's content is Base64.
    let isTextIn: Bool
    /// Whether the response's is: as `Accept` says, else as the request's.
    let isTextOut: Bool

    /// The formats of a request; nil when it is not gRPC-Web with Protocol Buffers.
    init?(_ headers: Headers) {
        guard let type = headers[.contentType], let isText = Self.isText(type) else { return nil }
        isTextIn = isText
        let accepted = headers[.accept]?.split(separator: ",").compactMap { Self.isText($0) }
        isTextOut = accepted?.first ?? isText
    }

    /// Whether a media type is the format of text; nil when it is neither.
    private static func isText(_ type: some StringProtocol) -> Bool? {
        let essence = String(type.prefix { $0 != ";" }).filter { $0 != " " && $0 != "\t" }
            .lowercased()
        return switch essence {
        case "application/grpc-web", "application/grpc-web+proto": false
        case "application/grpc-web-text", "application/grpc-web-text+proto": true
        default: nil
        }
    }

    /// The response's media type.
    var contentType: String {
        isTextOut ? "application/grpc-web-text+proto" : "application/grpc-web+proto"
    }

    /// What is written for some bytes.
    func encode(_ bytes: ByteBuffer) -> ByteBuffer {
        isTextOut ? WebText.encode(bytes) : bytes
    }

    /// The last frame of a response: its trailers, as lines of HTTP/1.1, with names in lower case.
    static func frame(of trailers: Headers) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeInteger(trailersFlag)
        bytes.writeInteger(UInt32(0))
        for (name, value) in trailers {
            bytes.writeString(name.lowercased())
            bytes.writeStaticString(":")
            bytes.writeString(value)
            bytes.writeStaticString("\r\n")
        }
        let count = bytes.readableBytes - RPCFrame.headerSize
        bytes.setInteger(UInt32(truncatingIfNeeded: count), at: 1)
        return bytes
    }

    /// The flag of a frame that has trailers.
    private static let trailersFlag: UInt8 = 0x80
}

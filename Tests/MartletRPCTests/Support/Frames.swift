import HTTPTypes
import Logging
import MartletCore
import MartletHTTP
import NIOCore
import SwiftProtobuf

@testable import MartletRPC

typealias Text = Google_Protobuf_StringValue

/// Makes requests as a client would, and reads answers.
enum Frames {
    static func frame(_ text: String, flag: UInt8 = 0) -> ByteBuffer {
        frame(ByteBuffer(string: text), flag: flag)
    }

    static func frame(_ content: ByteBuffer, flag: UInt8 = 0) -> ByteBuffer {
        var bytes = ByteBuffer()
        bytes.writeInteger(flag)
        bytes.writeInteger(UInt32(content.readableBytes))
        bytes.writeImmutableBuffer(content)
        return bytes
    }

    static func request(
        _ method: String,
        _ frames: [ByteBuffer],
        _ fields: Headers = Headers()
    ) -> Request {
        var bytes = ByteBuffer()
        for frame in frames { bytes.writeImmutableBuffer(frame) }
        var headers: Headers = [.contentType: "application/grpc"]
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { headers.append(value, for: name) }
        }
        return Request(.post, "/test.Service/\(method)", headers: headers, body: Body(bytes))
    }
}

/// What a caller gets.
struct Answer {
    var head: Headers
    var messages: [RPCFrame] = []
    var trailers: Headers?

    init(_ response: Response) async throws {
        head = response.headers
        let collector = BodyCollector(limit: 10 << 20)
        try await response.body.write(to: BodyWriter(collector))
        trailers = collector.trailers
        var reader = RPCFrameReader(maximumSize: 10 << 20)
        reader.feed(collector.collected)
        while let frame = try reader.next() { messages.append(frame) }
        try reader.finish()
    }

    /// The messages as text.
    var texts: [String] { messages.map { String(buffer: $0.content) } }
    /// The status, of the trailers, or of the head when there are only those.
    var status: Int? { (trailers ?? head)[RPCFields.status].flatMap { Int($0) } }
    var message: String? {
        (trailers ?? head)[RPCFields.message].map { StatusMessage.decode($0) }
    }
    var isTrailersOnly: Bool { trailers == nil && messages.isEmpty }
}

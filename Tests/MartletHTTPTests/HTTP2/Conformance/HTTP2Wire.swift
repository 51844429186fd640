import HTTPTypes
import MartletCore
import NIOCore

@testable import MartletHTTP

/// A peer that says what a test wants, frame by frame, to a server's connection.
final class HTTP2Wire {
    private let server: VirtualServer
    private let decoder = DecodingPeer()
    private var received = ByteBuffer()

    /// The fields of a request that is as it should be.
    static let get = [":method: GET", ":scheme: http", ":path: /", ":authority: a"]
    static let post = [":method: POST", ":scheme: http", ":path: /", ":authority: a"]

    init(_ server: VirtualServer) {
        self.server = server
    }

    /// Runs `body` with a peer that has exchanged prefaces, unless it is not to.
    ///
    /// The server says to `/` how much content came, waits for ever at `/wait`, and sends 100
    /// bytes from `/long`.
    static func run(
        limits: HTTP2Limits = HTTP2Limits(),
        isOpen: Bool = true,
        settings: KeyValuePairs<UInt16, UInt32> = [:],
        _ body: (HTTP2Wire) throws -> Void
    ) throws {
        let gate = Gate()
        let handler: VirtualServer.Handle = { request, _ in
            switch request.target {
            case "/wait":
                try await gate.wait()
                return Response("waited")
            case "/long":
                return Response(String(repeating: "x", count: 100))
            default:
                let content = try await request.body.collect(upTo: 1 << 20)
                let names = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
                return Response("\(request.method) \(content.readableBytes) \(names)")
            }
        }
        try VirtualServer.run(http2Limits: limits, handler: handler) {
            let wire = HTTP2Wire($0)
            if isOpen {
                try wire.say(bytes: HTTP2Preface.bytes + RawFrame.settings(settings).bytes)
                try wire.say(.settingsAck)
            }
            try body(wire)
        }
    }

    var isOpen: Bool { server.isOpen }

    /// Sends frames.
    ///
    /// - Returns: The frames that come for them, but for the answers of the prefaces.
    @discardableResult
    func say(_ frames: RawFrame...) throws -> [String] {
        try say(bytes: frames.flatMap(\.bytes))
    }

    @discardableResult
    func say(bytes: [UInt8]) throws -> [String] {
        var answer = try server.exchange(ByteBuffer(bytes: bytes))
        received.writeBuffer(&answer)
        return try take()
    }

    /// Lets time pass.
    func pass(_ duration: Duration) throws -> [String] {
        server.pass(duration)
        return try say()
    }

    private func take() throws -> [String] {
        defer { received.clear() }
        return try RawFrame.frames(in: received).map { frame in
            guard frame.type == 1 else { return frame.description }
            let lines = try decoder.decode(ByteBuffer(bytes: frame.payload))
            let status = lines.first { $0.hasPrefix(":status: ") } ?? "trailers"
            let end = frame.flags.contains(.endStream) ? " end" : ""
            return "HEADERS \(frame.stream) \(status.drop { $0 != " " }.dropFirst())\(end)"
        }
    }

    /// The code of the GOAWAY that frames are answered with, when the connection closes for it.
    func failure(_ frames: RawFrame...) throws -> String? {
        try failure(bytes: frames.flatMap(\.bytes))
    }

    func failure(bytes: [UInt8]) throws -> String? {
        let answers = try say(bytes: bytes)
        guard let last = answers.last, last.hasPrefix("GOAWAY ") else { return nil }
        _ = try pass(.seconds(3))
        return isOpen ? nil : String(last.split(separator: " ")[2])
    }
}

extension RawFrame {
    /// HEADERS with fields that no table has.
    static func request(
        _ stream: UInt32,
        _ fields: [String] = HTTP2Wire.get,
        end: Bool = true
    ) -> RawFrame {
        let block = EncodingPeer(usesHuffman: false).encode(fields, indexing: .not)
        return RawFrame(
            type: 1,
            flags: end ? [.endHeaders, .endStream] : .endHeaders,
            stream: stream,
            payload: Array(buffer: block)
        )
    }

    /// HEADERS with a block in hexadecimal digits.
    static func block(_ stream: UInt32, hex: String, end: Bool = true) -> RawFrame {
        RawFrame(
            type: 1,
            flags: end ? [.endHeaders, .endStream] : .endHeaders,
            stream: stream,
            payload: Array(buffer: ByteBuffer(hex: hex))
        )
    }
}

import HTTPTypes
import NIOCore

/// The method, the scheme and the protocol of a request, and whether the pseudo-header fields are
/// those that its method has (RFC 9113 §8.3.1, §8.5; RFC 8441 §4).
struct RequestParts {
    let method: HTTPRequest.Method
    /// In lower case; empty for a CONNECT without a protocol.
    let scheme: String
    let protocolName: String?

    var isHTTPS: Bool { scheme == "https" }

    init(_ scan: HTTP2FieldScan, _ bytes: ByteBuffer) throws(HTTP2MessageError) {
        guard let method = scan.method else {
            throw HTTP2MessageError("The request has no :method.")
        }
        let parts = bytes.withUnsafeReadableBytes { bytes in
            (
                method: Self.method(UnsafeRawBufferPointer(rebasing: bytes[method.valueRange])),
                scheme: scan.scheme.map {
                    Self.scheme(UnsafeRawBufferPointer(rebasing: bytes[$0.valueRange]))
                } ?? "",
                protocolName: scan.protocolName.map {
                    String(decoding: bytes[$0.valueRange], as: UTF8.self)
                }
            )
        }
        guard let method = parts.method else {
            throw HTTP2MessageError("The :method is not a token.")
        }
        guard let scheme = parts.scheme else {
            throw HTTP2MessageError("The :scheme is not one.")
        }
        self.method = method
        self.scheme = scheme
        protocolName = parts.protocolName
        try checkPresence(scan)
    }

    private func checkPresence(_ scan: HTTP2FieldScan) throws(HTTP2MessageError) {
        guard method == .connect else {
            guard scan.scheme != nil, scan.path != nil else {
                throw HTTP2MessageError("The request has no :scheme or no :path.")
            }
            guard protocolName == nil else {
                throw HTTP2MessageError("Only CONNECT has a :protocol.")
            }
            return
        }
        guard scan.authority != nil else {
            throw HTTP2MessageError("CONNECT has no :authority.")
        }
        guard let protocolName else {
            guard scan.scheme == nil, scan.path == nil else {
                throw HTTP2MessageError("CONNECT has a :scheme or a :path, and no :protocol.")
            }
            return
        }
        guard scan.scheme != nil, scan.path != nil, !protocolName.isEmpty else {
            throw HTTP2MessageError("The extended CONNECT has no :scheme, :path or :protocol.")
        }
    }

    private static func method(_ bytes: UnsafeRawBufferPointer) -> HTTPRequest.Method? {
        switch bytes.count {
        case 3 where ASCII.isExactly(bytes, "GET"): .get
        case 3 where ASCII.isExactly(bytes, "PUT"): .put
        case 4 where ASCII.isExactly(bytes, "POST"): .post
        case 4 where ASCII.isExactly(bytes, "HEAD"): .head
        case 0: nil
        default:
            bytes.allSatisfy(ASCII.isToken)
                ? HTTPRequest.Method(String(decoding: bytes, as: UTF8.self)) : nil
        }
    }

    /// `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )` (RFC 3986 §3.1).
    private static func scheme(_ bytes: UnsafeRawBufferPointer) -> String? {
        if bytes.count == 4, ASCII.isExactly(bytes, "http") { return "http" }
        if bytes.count == 5, ASCII.isExactly(bytes, "https") { return "https" }
        guard let first = bytes.first, ASCII.lowercased(first) &- 0x61 < 26 else { return nil }
        let isValid = bytes.allSatisfy { byte in
            ASCII.lowercased(byte) &- 0x61 < 26 || ASCII.isDigit(byte)
                || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
        }
        return isValid ? String(decoding: bytes.map(ASCII.lowercased), as: UTF8.self) : nil
    }
}

/// Whether two fields name one host.
enum HostComparison {
    /// Compares without case, and without the port that the scheme has anyway.
    static func isSame(
        _ left: some BidirectionalCollection<UInt8>,
        _ right: some BidirectionalCollection<UInt8>,
        isHTTPS: Bool
    ) -> Bool {
        let port = isHTTPS ? ":443" : ":80"
        return withoutPort(left, port).elementsEqual(withoutPort(right, port)) {
            ASCII.lowercased($0) == ASCII.lowercased($1)
        }
    }

    private static func withoutPort<Bytes: BidirectionalCollection<UInt8>>(
        _ bytes: Bytes,
        _ port: String
    ) -> Bytes.SubSequence {
        bytes.suffix(port.utf8.count).elementsEqual(port.utf8)
            ? bytes.dropLast(port.utf8.count) : bytes[...]
    }
}

import HTTPTypes
import NIOCore

/// Makes heads and trailers of decoded header blocks, and refuses malformed ones (RFC 9113 §8).
///
/// One a connection: it remembers the last authority and the last target, which requests of a
/// connection mostly share.
package struct HTTP2HeadReader: Sendable {
    private var authorities = RememberedText()
    private var targets = RememberedText()

    /// Makes a reader; allocates nothing.
    package init() {}

    /// Reads the head of a request.
    ///
    /// The head shares the block's memory. Whether extended CONNECT was enabled is the caller's to
    /// check.
    ///
    /// - Throws: When the request is malformed.
    package mutating func readRequest(
        _ fields: inout HPACKFieldBlock
    ) throws(HTTP2MessageError) -> HTTP2RequestHead {
        defer { fields.release() }
        let scan = try fields.scan(.request)
        let parts = try RequestParts(scan, fields.bytes)
        let authority = try authority(scan, fields.bytes, isHTTPS: parts.isHTTPS)
        let target =
            if let path = scan.path {
                try target(path, fields.bytes, method: parts.method)
            } else {
                try tunnelTarget(authority)
            }
        fields.joinCookies(scan)
        fields.dropPseudoFields(scan, host: scan.host == nil ? scan.authority : nil)
        return HTTP2RequestHead(
            content: RequestContent(
                method: parts.method,
                target: target,
                scheme: parts.scheme,
                authority: authority,
                headers: Headers(bytes: fields.bytes, slices: fields.slices),
                body: Body(),
                peer: nil
            ),
            protocolName: parts.protocolName,
            contentLength: scan.contentLength,
            expectsContinue: scan.expectsContinue,
            expectsOther: scan.expectsOther
        )
    }

    /// Reads the head of a response.
    ///
    /// - Throws: When the response is malformed.
    package mutating func readResponse(
        _ fields: inout HPACKFieldBlock
    ) throws(HTTP2MessageError) -> HTTP2ResponseHead {
        defer { fields.release() }
        let scan = try fields.scan(.response)
        guard let status = scan.status else {
            throw HTTP2MessageError("The response has no :status.")
        }
        let code = fields.bytes.withUnsafeReadableBytes { bytes -> Int? in
            let digits = bytes[status.valueRange]
            guard digits.count == 3, digits.allSatisfy(ASCII.isDigit) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        }
        // HTTP/2 has no 101 (RFC 9113 §8.6).
        guard let code, code >= 100, code != 101 else {
            throw HTTP2MessageError("The :status is not one that HTTP/2 has.")
        }
        fields.dropPseudoFields(scan, host: nil)
        return HTTP2ResponseHead(
            status: HTTPResponse.Status(code: code),
            headers: Headers(bytes: fields.bytes, slices: fields.slices),
            contentLength: scan.contentLength
        )
    }

    /// Reads trailers.
    ///
    /// - Throws: When they are malformed.
    package mutating func readTrailers(
        _ fields: inout HPACKFieldBlock
    ) throws(HTTP2MessageError) -> Headers {
        defer { fields.release() }
        _ = try fields.scan(.trailers)
        return Headers(bytes: fields.bytes, slices: fields.slices)
    }

    // MARK: Authority and target

    private mutating func authority(
        _ scan: HTTP2FieldScan,
        _ bytes: ByteBuffer,
        isHTTPS: Bool
    ) throws(HTTP2MessageError) -> String {
        guard let slice = scan.authority ?? scan.host else { return "" }
        let authority = bytes.withUnsafeReadableBytes { bytes in
            authorities.text(UnsafeRawBufferPointer(rebasing: bytes[slice.valueRange])) {
                Authority.isValid($0)
            }
        }
        guard let authority else { throw HTTP2MessageError("The authority is not a host.") }
        if scan.authority != nil, let host = scan.host {
            let isSame = bytes.withUnsafeReadableBytes { bytes in
                HostComparison.isSame(bytes[host.valueRange], authority.utf8, isHTTPS: isHTTPS)
            }
            guard isSame else {
                throw HTTP2MessageError("The Host field and :authority are not the same.")
            }
        }
        return authority
    }

    private mutating func target(
        _ slice: Headers.Slice,
        _ bytes: ByteBuffer,
        method: HTTPRequest.Method
    ) throws(HTTP2MessageError) -> String {
        let target = bytes.withUnsafeReadableBytes { bytes in
            targets.text(UnsafeRawBufferPointer(rebasing: bytes[slice.valueRange])) { path in
                if path.count == 1, path[0] == UInt8(ascii: "*") { return true }
                return path.first == UInt8(ascii: "/")
                    && path.allSatisfy { $0 &- 0x21 < 0x5E && $0 != UInt8(ascii: "#") }
            }
        }
        guard let target, target != "*" || method == .options else {
            throw HTTP2MessageError("The :path is not a path.")
        }
        return target
    }

    /// What a CONNECT without a path connects to (RFC 9113 §8.5).
    private func tunnelTarget(_ authority: String) throws(HTTP2MessageError) -> String {
        guard let colon = authority.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = UInt16(authority[authority.index(after: colon)...]), port > 0
        else {
            throw HTTP2MessageError("The :authority of CONNECT is not host:port.")
        }
        return authority
    }
}

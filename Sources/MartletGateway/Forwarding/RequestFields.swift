import HTTPTypes
import MartletCore
import MartletHTTP
import NIOCore

/// Makes the header fields of the request to an upstream out of those that arrived.
///
/// One pass copies what goes on; then come the fields that say where the request came from:
/// `X-Forwarded-For`, `-Proto` and `-Host`, and `Forwarded` (RFC 7239). What a trusted proxy says
/// in them is kept, and continued, but for a `Forwarded` that is malformed, which is dropped; what
/// anybody else says is replaced.
struct RequestFields {
    let trustedProxies: TrustedProxies
    /// What `Via` says of this hop, such as `1.1 martlet`; nil for none.
    let via: String?

    /// The fields for an upstream.
    ///
    /// - Parameters:
    ///   - request: The request as it arrived.
    ///   - preservesHost: Whether the upstream sees the client's `Host` rather than its own name.
    ///   - requestID: The call's identifier, which replaces what the client sent.
    /// - Returns: The fields.
    /// - Throws: ``HTTPError`` with 501 for an upgrade that the gateway does not do.
    func make(
        for request: Request,
        preservesHost: Bool,
        requestID: String?
    ) throws -> Headers {
        var arrived = ArrivedFields()
        let headers = request.headers
        var keepsHost = false
        var block = FieldBlock(copying: headers) { index, name in
            let role = FieldRole.inRequest(name)
            switch role {
            case .endToEnd: return true
            case .requestID: return requestID == nil
            case .via: return true
            case .otherForwarded:
                return request.peer.map(trustedProxies.contains) ?? false
            case .host:
                keepsHost = preservesHost && Self.isEqual(headers, index, request.authority)
                return keepsHost
            default:
                arrived.note(role, index)
                return false
            }
        }
        if let upgrade = arrived.upgrade { try refuseUpgrade(headers, upgrade) }
        if arrived.connection != nil {
            let options = Self.options(in: headers)
            if !options.isEmpty { block.remove(options) }
        }
        if preservesHost, !keepsHost, !request.authority.isEmpty {
            block.add("Host", atMost: request.authority.utf8.count) { $0.write(request.authority) }
        }
        addOrigin(of: request, arrived, to: &block)
        if let via { block.add("Via", atMost: via.utf8.count) { $0.write(via) } }
        if let requestID {
            block.add("X-Request-ID", atMost: requestID.utf8.count) { $0.write(requestID) }
        }
        return block.headers
    }

    // MARK: Where the request came from

    private func addOrigin(
        of request: Request,
        _ arrived: ArrivedFields,
        to block: inout FieldBlock
    ) {
        let isTrusted =
            arrived.hasForwarding && request.peer.map(trustedProxies.contains) ?? false
        let address = request.peer.map(\.address).flatMap { $0 == "unix" ? nil : $0 }
        let proto: StaticString = request.peer?.isSecure ?? false ? "https" : "http"
        let headers = request.headers
        let earlier = isTrusted ? headers[.xForwardedFor] : nil
        if earlier != nil || address != nil {
            let size = (earlier?.utf8.count ?? 0) + 2 + (address?.utf8.count ?? 0)
            block.add("X-Forwarded-For", atMost: size) { line in
                if let earlier { line.write(earlier) }
                if earlier != nil, address != nil { line.write(", ") }
                if let address { line.write(address) }
            }
        }
        if isTrusted, let earlier = headers[.xForwardedProto] {
            block.add("X-Forwarded-Proto", atMost: earlier.utf8.count) { $0.write(earlier) }
        } else {
            block.add("X-Forwarded-Proto", atMost: proto.utf8CodeUnitCount) { $0.write(proto) }
        }
        let host = isTrusted ? headers[.xForwardedHost] ?? request.authority : request.authority
        if !host.isEmpty {
            block.add("X-Forwarded-Host", atMost: host.utf8.count) { $0.write(host) }
        }
        // A quoted string that is left open would swallow what comes behind it.
        let chain = isTrusted ? headers[.forwarded].flatMap(Self.valid) : nil
        // A quoted host may have a backslash before each byte; the fixed text is under 64 bytes.
        let size =
            (chain?.utf8.count ?? 0) + (address?.utf8.count ?? 0)
            + 2 * request.authority.utf8.count + 64
        block.add("Forwarded", atMost: size) { line in
            if let chain {
                line.write(chain)
                line.write(", ")
            }
            Self.writeForwarded(address, request.authority, proto, into: &line)
        }
    }

    private static func valid(_ forwarded: String) -> String? {
        ForwardedSyntax.isValid(forwarded) ? forwarded : nil
    }

    /// Writes an element of `Forwarded` (RFC 7239 §4).
    private static func writeForwarded(
        _ address: String?,
        _ host: String,
        _ proto: StaticString,
        into line: inout HeadWriter
    ) {
        line.write("for=")
        switch address {
        case nil:
            line.write("unknown")
        case let address? where address.utf8.contains(UInt8(ascii: ":")):
            line.write("\"[")
            line.write(address)
            line.write("]\"")
        case let address?:
            line.write(address)
        }
        if !host.isEmpty {
            line.write(";host=")
            writeValue(host, into: &line)
        }
        line.write(";proto=")
        line.write(proto)
    }

    /// Writes a token as it is, and anything else as a quoted string (RFC 9110 §5.6.4).
    private static func writeValue(_ value: String, into line: inout HeadWriter) {
        guard !value.utf8.allSatisfy(ASCII.isToken) else {
            line.write(value)
            return
        }
        line.write("\"")
        for byte in value.utf8 where byte >= 0x20 && byte != 0x7F {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                line.writeByte(UInt8(ascii: "\\"))
            }
            line.writeByte(byte)
        }
        line.write("\"")
    }

    // MARK: This hop's own fields

    private static func options(in headers: Headers) -> ConnectionOptions {
        var options = ConnectionOptions()
        var next = headers.firstIndex(of: .connection, from: 0)
        while let index = next {
            headers.withValueBytes(at: index) { options.add($0) }
            next = headers.firstIndex(of: .connection, from: index + 1)
        }
        return options
    }

    /// A server may ignore an upgrade that the client can do without, such as `h2c` (RFC 9110
    /// §7.8); a WebSocket client cannot do without.
    private func refuseUpgrade(_ headers: Headers, _ index: Int) throws {
        guard headers.value(at: index).lowercased().contains("websocket") else { return }
        throw Self.upgradeNotSupported
    }

    /// The answer to an upgrade, and to an extended CONNECT of HTTP/2.
    static var upgradeNotSupported: HTTPError {
        HTTPError(
            .notImplemented,
            detail: "The gateway does not pass WebSocket connections on.",
            type: "urn:martlet:gateway:upgrade-not-supported"
        )
    }

    private static func isEqual(_ headers: Headers, _ index: Int, _ text: String) -> Bool {
        headers.withValueBytes(at: index) { value in
            text.utf8.withContiguousStorage { value.elementsEqual(UnsafeRawBufferPointer($0)) }
        }
    }
}

/// The fields of a request that are not simply passed on.
struct ArrivedFields {
    private(set) var connection: Int?
    private(set) var upgrade: Int?
    /// Whether anything says where the request came from.
    private(set) var hasForwarding = false

    mutating func note(_ role: FieldRole, _ index: Int) {
        switch role {
        case .connection: connection = index
        case .upgrade: upgrade = index
        case .forwarded, .forwardedFor, .forwardedHost, .forwardedProto: hasForwarding = true
        case .endToEnd, .hopByHop, .host, .otherForwarded, .requestID, .via: break
        }
    }
}

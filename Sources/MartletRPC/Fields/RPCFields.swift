package import HTTPTypes
package import MartletHTTP

/// The fields of gRPC over HTTP/2.
package enum RPCFields {
    package static let status = HTTPField.Name(known: "grpc-status")
    package static let message = HTTPField.Name(known: "grpc-message")
    package static let details = HTTPField.Name(known: "grpc-status-details-bin")
    package static let timeout = HTTPField.Name(known: "grpc-timeout")
    package static let encoding = HTTPField.Name(known: "grpc-encoding")
    package static let pushback = HTTPField.Name(known: "grpc-retry-pushback-ms")
    package static let previousAttempts = HTTPField.Name(known: "grpc-previous-rpc-attempts")
    package static let acceptEncoding = HTTPField.Name(known: "grpc-accept-encoding")

    /// The head of an answer without metadata or compression, made once.
    package static let plainHead: Headers = [.contentType: "application/grpc"]
    /// The head of a request without metadata, deadline or compression, made once.
    package static let plainRequestHead: Headers = [
        .contentType: "application/grpc",
        HTTPField.Name(known: "te"): "trailers",
        acceptEncoding: RPCCompression.accepted,
    ]
    /// The trailers of a call that succeeded, made once.
    package static let okTrailers: Headers = [status: "0"]

    /// Adds what a status says.
    package static func append(_ status: RPCStatus, to headers: inout Headers) {
        headers.append("\(status.code.rawValue)", for: Self.status)
        if !status.message.isEmpty {
            headers.append(StatusMessage.encode(status.message), for: message)
        }
        if let bytes = status.details {
            headers.append(MetadataBase64.encode(bytes), for: details)
        }
    }

    /// Whether `headers` say that the content is gRPC with Protocol Buffers: `application/grpc`,
    /// `application/grpc+proto`, either with parameters.
    package static func isContent(_ headers: Headers) -> Bool {
        guard let index = headers.firstIndex(of: .contentType, from: 0) else { return false }
        return headers.withValueBytes(at: index) { value in
            let plain: StaticString = "application/grpc"
            let count = plain.utf8CodeUnitCount
            guard value.count >= count, starts(value[...], with: plain) else { return false }
            var rest = value[count...]
            if starts(rest, with: "+proto") { rest = rest.dropFirst(6) }
            return rest.isEmpty || rest.first == UInt8(ascii: ";") || rest.first == 0x20
        }
    }

    private static func starts(
        _ bytes: Slice<UnsafeRawBufferPointer>,
        with lowercase: StaticString
    ) -> Bool {
        guard bytes.count >= lowercase.utf8CodeUnitCount else { return false }
        return lowercase.withUTF8Buffer { wanted in
            zip(bytes, wanted).allSatisfy { ASCII.lowercased($0) == $1 }
        }
    }
}

public import HTTPTypes
package import MartletHTTP
public import NIOCore

/// What goes along with a call, by name: texts, and bytes under names that end in `-bin`.
///
/// Names are case-insensitive and may occur several times. Those of the protocol itself, such as
/// `grpc-timeout` and `content-type`, are not metadata: they are neither read nor sent from here.
public struct RPCMetadata: Sendable, Equatable {
    /// The fields; those of a request that arrived include the protocol's own.
    package private(set) var fields: Headers

    /// Makes empty metadata; allocates nothing.
    public init() {
        fields = Headers()
    }

    /// Metadata over the fields of a message that arrived.
    package init(fields: Headers) {
        self.fields = fields
    }

    /// Whether there is nothing.
    public var isEmpty: Bool { fields.isEmpty }

    /// The text of a name, the last when it occurs several times; nil when it does not, when the
    /// name is the protocol's own, and when it ends in `-bin`.
    ///
    /// Setting replaces every occurrence by one; setting nil removes them.
    public subscript(name: HTTPField.Name) -> String? {
        get {
            guard Self.isText(name) else { return nil }
            return fields.values(of: name).last
        }
        set {
            precondition(Self.isText(name), "a text has a name of its own, which is not -bin")
            fields[name] = newValue.map(Self.printable)
        }
    }

    /// Adds a text, keeping those that are there.
    ///
    /// Bytes that are no printable ASCII are replaced by `?`.
    public mutating func append(_ text: String, for name: HTTPField.Name) {
        precondition(Self.isText(name), "a text has a name of its own, which is not -bin")
        fields.append(Self.printable(text), for: name)
    }

    /// Adds bytes under a name that ends in `-bin`, keeping those that are there.
    public mutating func append(_ bytes: ByteBuffer, for name: HTTPField.Name) {
        precondition(name.canonicalName.hasSuffix("-bin"), "bytes have a name that ends in -bin")
        precondition(!Self.isReserved(name), "the protocol's own fields are no metadata")
        fields.append(MetadataBase64.encode(bytes), for: name)
    }

    /// The bytes under a name that ends in `-bin`, in order.
    ///
    /// A field line may hold several, with commas between them; what is not Base64 is left out.
    public func bytes(of name: HTTPField.Name) -> [ByteBuffer] {
        guard name.canonicalName.hasSuffix("-bin"), !Self.isReserved(name) else { return [] }
        return fields.values(of: name).flatMap { line in
            line.split(separator: ",", omittingEmptySubsequences: false).compactMap { value in
                MetadataBase64.decode(value.drop { $0 == " " }.prefix { $0 != " " })
            }
        }
    }

    private static func isText(_ name: HTTPField.Name) -> Bool {
        !name.canonicalName.hasSuffix("-bin") && !isReserved(name)
    }

    /// Whether the protocol itself uses the name.
    private static func isReserved(_ name: HTTPField.Name) -> Bool {
        let text = name.canonicalName
        return text.hasPrefix("grpc-") || reserved.contains(text)
    }

    private static let reserved: Set<String> = [
        "content-type", "content-length", "te", "host", "connection", "transfer-encoding",
    ]

    private static func printable(_ text: String) -> String {
        let isPlain = { (byte: UInt8) in (0x20...0x7E).contains(byte) }
        guard !text.utf8.allSatisfy(isPlain) else { return text }
        return String(
            decoding: text.utf8.map { isPlain($0) ? $0 : UInt8(ascii: "?") },
            as: UTF8.self
        )
    }
}

extension Headers {
    /// Adds all fields of `metadata`.
    package mutating func append(_ metadata: RPCMetadata) {
        for (name, value) in metadata.fields {
            if let name = HTTPField.Name(name) { append(value, for: name) }
        }
    }
}

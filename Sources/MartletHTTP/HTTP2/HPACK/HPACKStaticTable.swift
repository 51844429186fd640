/// The 61 fields that every peer knows (RFC 7541 Appendix A).
struct HPACKStaticTable {
    /// How many entries there are; the dynamic table's begin behind them.
    static let count = 61

    /// Made once a process.
    static let shared = HPACKStaticTable()

    private let bytes: [UInt8]
    private let entries: [HPACKEntry]

    private init() {
        var bytes: [UInt8] = []
        // Nothing has the index 0.
        var entries = [HPACKEntry(start: 0, nameLength: 0, valueLength: 0)]
        for (name, value) in Self.fields {
            entries.append(
                HPACKEntry(
                    start: bytes.count,
                    nameLength: name.utf8.count,
                    valueLength: value.utf8.count
                )
            )
            bytes += name.utf8
            bytes += value.utf8
        }
        self.bytes = bytes
        self.entries = entries
    }

    /// The entry with `index`, from 1 to ``count``.
    @inline(__always)
    func entry(_ index: Int) -> HPACKEntry { entries[index] }

    /// Calls `body` with the bytes that the entries lie in; the pointer is valid only inside.
    @inline(__always)
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    /// In the order of their indices, from 1.
    static let fields: [(name: String, value: String)] = [
        (":authority", ""),
        (":method", "GET"),
        (":method", "POST"),
        (":path", "/"),
        (":path", "/index.html"),
        (":scheme", "http"),
        (":scheme", "https"),
        (":status", "200"),
        (":status", "204"),
        (":status", "206"),
        (":status", "304"),
        (":status", "400"),
        (":status", "404"),
        (":status", "500"),
        ("accept-charset", ""),
        ("accept-encoding", "gzip, deflate"),
        ("accept-language", ""),
        ("accept-ranges", ""),
        ("accept", ""),
        ("access-control-allow-origin", ""),
        ("age", ""),
        ("allow", ""),
        ("authorization", ""),
        ("cache-control", ""),
        ("content-disposition", ""),
        ("content-encoding", ""),
        ("content-language", ""),
        ("content-length", ""),
        ("content-location", ""),
        ("content-range", ""),
        ("content-type", ""),
        ("cookie", ""),
        ("date", ""),
        ("etag", ""),
        ("expect", ""),
        ("expires", ""),
        ("from", ""),
        ("host", ""),
        ("if-match", ""),
        ("if-modified-since", ""),
        ("if-none-match", ""),
        ("if-range", ""),
        ("if-unmodified-since", ""),
        ("last-modified", ""),
        ("link", ""),
        ("location", ""),
        ("max-forwards", ""),
        ("proxy-authenticate", ""),
        ("proxy-authorization", ""),
        ("range", ""),
        ("referer", ""),
        ("refresh", ""),
        ("retry-after", ""),
        ("server", ""),
        ("set-cookie", ""),
        ("strict-transport-security", ""),
        ("transfer-encoding", ""),
        ("user-agent", ""),
        ("vary", ""),
        ("via", ""),
        ("www-authenticate", ""),
    ]
}

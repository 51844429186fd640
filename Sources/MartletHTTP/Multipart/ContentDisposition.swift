/// What a part says of itself: the `Content-Disposition` field of forms (RFC 7578 §4.2).
struct ContentDisposition {
    /// `form-data`, in lower case.
    let type: String
    /// The name of the form's field.
    let name: String?
    /// The last component of the file's name.
    let filename: String?

    /// Reads the field; nil when it is broken.
    init?(_ field: String) {
        var reader = FieldValueReader(field)
        reader.skipWhitespace()
        guard let type = reader.token(), let parameters = reader.parameters(.ofForms) else {
            return nil
        }
        func value(_ name: String) -> String? {
            parameters.first { $0.name == name }.map { ContentDisposition.unescaped($0.value) }
        }
        self.type = type.lowercased()
        self.name = value("name")
        // A path would tempt to write outside of where files belong.
        self.filename = value("filename").map { path in
            String(
                path.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.last ?? ""
            )
        }
    }

    /// Browsers encode quotes and line breaks, and nothing else (WHATWG HTML §4.10.21.8).
    private static func unescaped(_ value: String) -> String {
        guard value.utf8.contains(UInt8(ascii: "%")) else { return value }
        var bytes: [UInt8] = []
        var rest = value.utf8[...]
        while let byte = rest.popFirst() {
            let code = rest.prefix(2)
            if byte == UInt8(ascii: "%"), let octet = octets[String(Substring(code)).uppercased()] {
                bytes.append(octet)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let octets: [String: UInt8] = ["22": 0x22, "0D": 0x0D, "0A": 0x0A]
}

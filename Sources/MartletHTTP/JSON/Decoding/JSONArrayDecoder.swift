/// The elements of one array, one after the other.
struct JSONArrayDecoder: UnkeyedDecodingContainer {
    private let document: JSONDocument
    private let place: UInt32
    private var nextPlace: UInt32
    private var index: UInt32 = 0

    init(document: JSONDocument, place: Int) {
        self.document = document
        self.place = UInt32(truncatingIfNeeded: place)
        nextPlace = self.place + 1
    }

    var codingPath: [any CodingKey] { document.path(to: Int(place)) }
    var count: Int? { Int(document.tokens[Int(place)].end) }
    var currentIndex: Int { Int(index) }
    var isAtEnd: Bool { index >= document.tokens[Int(place)].end }

    mutating func decodeNil() throws -> Bool {
        try checkEnd(Never?.self)
        guard document.tokens[Int(nextPlace)].kind == .null else { return false }
        advance()
        return true
    }

    /// Serves every `decode` of the protocol: the compiler makes one body a basic type of it.
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try read(type)
    }

    // The protocol has bodies of its own for the widest integers, which refuse them.
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try read(type) }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try read(type) }

    @inline(__always)
    private mutating func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try checkEnd(type)
        let value = try document.decode(type, at: Int(nextPlace))
        advance()
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let container = try decoder().container(keyedBy: type)
        advance()
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try decoder().unkeyedContainer()
        advance()
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try decoder()
        advance()
        return decoder
    }

    private func decoder() throws -> JSONValueDecoder {
        try checkEnd((any Decoder).self)
        return JSONValueDecoder(document: document, place: Int(nextPlace))
    }

    @inline(__always)
    private mutating func advance() {
        nextPlace = document.tokens[Int(nextPlace)].next
        index &+= 1
    }

    @inline(__always)
    private func checkEnd(_ type: any Any.Type) throws {
        guard !isAtEnd else { throw ended(type) }
    }

    private func ended(_ type: any Any.Type) -> DecodingError {
        let path = codingPath + [JSONKey(index: currentIndex)]
        let reason = "expected \(type), found the end of the array"
        return .valueNotFound(type, .init(codingPath: path, debugDescription: reason))
    }
}

import HTTPTypes
import MartletHTTP
import NIOCore

/// A decoder and the block that it decodes into.
final class DecodingPeer {
    private var decoder: HPACKDecoder
    private(set) var fields = HPACKFieldBlock()

    init(tableSize: Int = 4096, limits: HPACKLimits = HPACKLimits()) {
        decoder = HPACKDecoder(limits: limits, tableSize: tableSize)
    }

    var tableSize: Int { decoder.tableSize }

    func limitTable(to size: Int) {
        decoder.limitTable(to: size)
    }

    /// Decodes a block; gives out its fields as `name: value`.
    @discardableResult
    func decode(_ block: ByteBuffer) throws(HPACKError) -> [String] {
        try decoder.decode(block, into: &fields)
        return fields.lines
    }

    /// Decodes a block in hexadecimal digits.
    @discardableResult
    func decode(hex: String) throws(HPACKError) -> [String] {
        try decode(ByteBuffer(hex: hex))
    }

    /// Decodes a block, and forgets the one before it.
    func take(_ block: ByteBuffer) throws(HPACKError) -> HPACKFieldBlock {
        fields = HPACKFieldBlock()
        try decode(block)
        return fields
    }
}

/// An encoder.
final class EncodingPeer {
    private var encoder: HPACKEncoder

    init(tableSize: Int = 4096, usesHuffman: Bool = true) {
        encoder = HPACKEncoder(tableSize: tableSize, usesHuffman: usesHuffman)
    }

    var tableSize: Int { encoder.tableSize }

    func limitTable(to size: Int) {
        encoder.limitTable(to: size)
    }

    /// Encodes a block of `name: value`.
    func encode(_ lines: [String], indexing: HPACKIndexing? = nil) -> ByteBuffer {
        var block = ByteBuffer()
        for line in lines {
            // The first colon of a pseudo-header field is part of its name.
            let colon = line.dropFirst().firstIndex(of: ":") ?? line.endIndex
            Array(line[..<colon].utf8).withUnsafeBytes { name in
                Array(line[colon...].dropFirst(2).utf8).withUnsafeBytes { value in
                    encoder.encode(name, value, indexing: indexing, into: &block)
                }
            }
        }
        return block
    }

    /// Calls `body` with the encoder and gives out the block that it wrote.
    func block(_ body: (inout HPACKEncoder, inout ByteBuffer) -> Void) -> ByteBuffer {
        var block = ByteBuffer()
        body(&encoder, &block)
        return block
    }
}

extension ByteBuffer {
    /// The bytes of hexadecimal digits; blanks are overlooked.
    init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        self.init(
            bytes: stride(from: 0, to: digits.count - 1, by: 2).map {
                UInt8(digits[$0] << 4 | digits[$0 + 1])
            }
        )
    }

    /// The bytes in hexadecimal digits.
    var hex: String {
        readableBytesView.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}

extension HPACKFieldBlock {
    /// The fields as `name: value`.
    var lines: [String] {
        let headers = Headers(bytes: bytes, slices: slices)
        return headers.map { "\($0.name): \($0.value)" }
    }

    /// A block of fields that no encoder had to write.
    init(_ lines: [String]) throws(HPACKError) {
        self = try DecodingPeer().take(EncodingPeer().encode(lines, indexing: .not))
    }
}

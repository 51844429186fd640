package import HTTPTypes
package import NIOCore

/// Encodes the header blocks of one direction of a connection (RFC 7541).
///
/// Sans-I/O. A block is what is encoded between two frames: the pseudo-header fields first, then the
/// others; the blocks must be sent in the order in which they were encoded. Which fields go into the
/// dynamic table is the encoder's to decide.
///
/// ```swift
/// encoder.encodeStatus(200, into: &block)
/// let written = encoder.encode(response.headers, into: &block)
/// if !written.contains(.date) { encoder.encode("date", date, into: &block) }
/// encoder.encodeContentLength(13, into: &block)
/// ```
package struct HPACKEncoder: ~Copyable {
    /// Makes an encoder with an empty dynamic table; allocates nothing.
    ///
    /// - Parameters:
    ///   - tableSize: The most that the dynamic table may hold, whatever the peer allows; 4,096
    ///     unless told otherwise.
    ///   - usesHuffman: Whether strings are Huffman-coded where that is shorter.
    package init(tableSize: Int = 4096, usesHuffman: Bool = true) {
    }

    /// Takes the peer's `SETTINGS_HEADER_TABLE_SIZE`; the next block begins with the size updates
    /// that it makes necessary (RFC 7541 §4.2).
    package mutating func limitTable(to size: Int) {
        preconditionFailure("Not there yet.")
    }

    /// Encodes `:status`.
    package mutating func encodeStatus(_ code: Int, into out: inout ByteBuffer) {
        preconditionFailure("Not there yet.")
    }

    /// Encodes the pseudo-header fields of a request (RFC 9113 §8.3.1).
    ///
    /// - Parameters:
    ///   - method: `:method`.
    ///   - scheme: `:scheme`; left out for a CONNECT without a protocol.
    ///   - authority: `:authority`; left out when it is empty.
    ///   - target: `:path`; left out for a CONNECT without a protocol.
    ///   - protocolName: `:protocol` of an extended CONNECT (RFC 8441).
    ///   - out: Where the block is written to.
    package mutating func encodeRequest(
        method: HTTPRequest.Method,
        scheme: String,
        authority: String,
        target: String,
        protocolName: String? = nil,
        into out: inout ByteBuffer
    ) {
        preconditionFailure("Not there yet.")
    }

    /// Encodes header fields or trailers, their names in lower case.
    ///
    /// Left out are `Content-Length` and `Host`, which are the caller's to say, and the fields of a
    /// connection (RFC 9113 §8.2.2).
    ///
    /// - Returns: Which of some fields were among them.
    package mutating func encode(
        _ headers: Headers,
        into out: inout ByteBuffer
    ) -> HTTP2FieldsPresent {
        preconditionFailure("Not there yet.")
    }

    /// Encodes `content-length`.
    package mutating func encodeContentLength(_ length: Int, into out: inout ByteBuffer) {
        preconditionFailure("Not there yet.")
    }

    /// Encodes one field.
    ///
    /// - Parameters:
    ///   - name: The name, in lower case.
    ///   - value: The value.
    ///   - out: Where the block is written to.
    package mutating func encode(
        _ name: StaticString,
        _ value: String,
        into out: inout ByteBuffer
    ) {
        preconditionFailure("Not there yet.")
    }
}

/// Which fields a message's own headers said something of.
package struct HTTP2FieldsPresent: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// `Date`.
    package static let date = HTTP2FieldsPresent(rawValue: 1)
    /// `Server`.
    package static let server = HTTP2FieldsPresent(rawValue: 2)
    /// `User-Agent`.
    package static let userAgent = HTTP2FieldsPresent(rawValue: 4)
    /// `TE: trailers`.
    package static let te = HTTP2FieldsPresent(rawValue: 8)
    /// `Content-Length`, which was left out.
    package static let contentLength = HTTP2FieldsPresent(rawValue: 16)
}

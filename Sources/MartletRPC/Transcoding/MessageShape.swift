import MartletHTTP
import NIOCore
import SwiftProtobuf
import Synchronization

/// What fields a type of messages has, as its JSON tells.
///
/// SwiftProtobuf's messages carry no descriptors. What a field accepts in JSON says as much as is
/// needed here, so each field that somebody names is tried with a few values, once.
final class MessageShape: Sendable {
    /// How a text becomes a field's JSON.
    enum Kind: Hashable, Sendable {
        /// As a string: texts, bytes, numbers, and what JSON writes as strings, such as timestamps.
        case text
        /// As `true` or `false`.
        case bool
        /// As a name, or a bare number.
        case enumeration
        /// Not at all: it is a message or a map.
        case message
    }

    struct Field: Hashable, Sendable {
        var kind: Kind
        var isRepeated: Bool
    }

    /// The most names from a message to a field.
    static let maximumDepth = 16
    /// The most fields that are remembered; others are tried each time.
    static let maximumRemembered = 256

    private let decode: @Sendable (ByteBuffer) throws -> Void
    private let remembered = Mutex<[[String]: Field]>([:])

    init<Content: Message>(_ type: Content.Type) {
        decode = { bytes in _ = try Content(jsonUTF8Bytes: MessageBytes(bytes: bytes)) }
    }

    /// Why a document is not such a message; nil when it is.
    func refusal(of document: ByteBuffer) -> (any Error)? {
        do {
            try decode(document)
            return nil
        } catch {
            return error
        }
    }

    /// The field at a path; nil when there is none.
    func field(at path: [String]) -> Field? {
        if let known = remembered.withLock({ $0[path] }) { return known }
        guard path.count <= Self.maximumDepth, let field = explore(path) else { return nil }
        remembered.withLock { remembered in
            if remembered.count < Self.maximumRemembered { remembered[path] = field }
        }
        return field
    }

    private func explore(_ path: [String]) -> Field? {
        guard accepts("null", at: path) else { return nil }
        let isRepeated =
            accepts("[]", at: path)
            && !["\"\"", "\"0\"", "true"].contains { accepts($0, at: path) }
        let wrapped = { (value: String) in isRepeated ? "[\(value)]" : value }
        let kind: Kind
        if case .unrecognizedEnumValue = error(of: wrapped("\"?\""), at: path) {
            kind = .enumeration
        } else if accepts(wrapped("\"\""), at: path) || accepts(wrapped("\"0\""), at: path) {
            kind = .text
        } else if accepts(wrapped("true"), at: path) {
            kind = .bool
        } else if accepts(wrapped("{}"), at: path) {
            kind = .message
        } else {
            // Texts of a form of their own, such as timestamps.
            kind = .text
        }
        return Field(kind: kind, isRepeated: isRepeated)
    }

    private func accepts(_ value: String, at path: [String]) -> Bool {
        refusal(of: TranscodedMembers.document(ByteBuffer(string: value), at: path)) == nil
    }

    private func error(of value: String, at path: [String]) -> JSONDecodingError? {
        refusal(of: TranscodedMembers.document(ByteBuffer(string: value), at: path))
            as? JSONDecodingError
    }
}

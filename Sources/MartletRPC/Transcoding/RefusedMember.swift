import MartletHTTP
import NIOCore
import SwiftProtobuf

/// Finds the member for which a document is refused.
struct RefusedMember {
    /// The deepest that is looked; below, the object is named as a whole.
    static let maximumDepth = 8

    /// The most bytes of content that are searched, which reads them once for each level.
    static let maximumSize = 64 * 1024

    let shape: MessageShape

    /// The member, searched by trying each alone; nil when each is accepted.
    func find(in content: ByteBuffer, at path: [String]) -> HTTPError.FieldError? {
        let members = JSONMembers.scan(content.readableBytesView)
        guard let members, path.count < Self.maximumDepth else {
            guard !path.isEmpty,
                let error = shape.refusal(of: TranscodedMembers.document(content, at: path))
            else { return nil }
            return HTTPError.FieldError(Self.name(path), DecodingReason.text(error))
        }
        for member in members {
            guard let value = content.getSlice(at: member.value),
                let key = content.getSlice(at: member.key)
            else { continue }
            var object = ByteBuffer(string: "{")
            object.writeImmutableBuffer(key)
            object.writeStaticString(":")
            object.writeImmutableBuffer(value)
            object.writeStaticString("}")
            guard let error = shape.refusal(of: TranscodedMembers.document(object, at: path))
            else { continue }
            let place = path + [member.name(in: content.readableBytesView)]
            if case .unknownField? = error as? JSONDecodingError,
                shape.refusal(of: TranscodedMembers.document(ByteBuffer(string: "null"), at: place))
                    != nil
            {
                return HTTPError.FieldError(Self.name(place), "is no field of the request")
            }
            return find(in: value, at: place)
                ?? HTTPError.FieldError(Self.name(place), DecodingReason.text(error))
        }
        return nil
    }

    private static func name(_ path: [String]) -> String {
        String(path.joined(separator: ".").prefix(128))
    }
}

/// What SwiftProtobuf says of JSON, in words.
enum DecodingReason {
    static func text(_ error: any Error) -> String {
        guard let error = error as? JSONDecodingError else { return "cannot be read" }
        return switch error {
        case .malformedNumber, .leadingZero: "is not a number"
        case .numberRange: "is not a number of the field's range"
        case .malformedMap, .unquotedMapKey: "is not a map"
        case .malformedBool: "is neither true nor false"
        case .malformedString: "is not a string"
        case .invalidUTF8: "is not UTF-8"
        case .unrecognizedEnumValue: "is not one of the enumeration's values"
        case .illegalNull: "has a null where none can be"
        case .truncated: "ends too early"
        case .malformedDuration: "is not a duration such as '1.5s'"
        case .malformedTimestamp: "is not a time such as '2026-01-02T03:04:05Z'"
        case .malformedFieldMask: "is not a list of fields such as 'name,user.id'"
        case .trailingGarbage: "has something after its end"
        case .conflictingOneOf: "has more than one of fields that exclude each other"
        case .messageDepthLimit: "is nested too deep"
        case .unknownField(let name): "has the unknown field '\(name.prefix(128))'"
        default: "is not of the field's type"
        }
    }
}

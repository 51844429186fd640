extension JSONWriter {
    /// The keys from the root to a frame.
    func path(to token: JSONFrame.Token, then key: (any CodingKey)? = nil) -> [any CodingKey] {
        var path: [any CodingKey] = []
        if let key { path.append(key) }
        guard isUsable(token) else { return path }
        var place = Int(token.place)
        while place >= 0, frames[place].parent >= 0 {
            path.append(frames[place].key ?? JSONKey(index: Int(frames[place].position)))
            place = Int(frames[place].parent)
        }
        return path.reversed()
    }

    /// The error for a value that JSON cannot say, with where it stands.
    func invalid(
        _ value: any Encodable,
        _ token: JSONFrame.Token,
        key: (any CodingKey)? = nil,
        _ reason: String
    ) -> EncodingError {
        .invalidValue(
            value,
            .init(codingPath: path(to: token, then: key), debugDescription: reason)
        )
    }

    /// The error for an encoder that is used as it must not be.
    func invalid(_ token: JSONFrame.Token, _ reason: String) -> EncodingError {
        invalid(JSONNull(), token, reason)
    }

    func unusable(_ token: JSONFrame.Token) -> EncodingError {
        invalid(
            token,
            "a container is written to that cannot be: its value is encoded already, or is of "
                + "another kind"
        )
    }
}

/// The value null, where an error needs a value.
private struct JSONNull: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}

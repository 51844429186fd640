extension JSONDocument {
    /// The keys from the root to the value at a place.
    ///
    /// They are found by walking down, so that decoding keeps none.
    func path(to place: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var current = 0
        while current < place {
            guard let (child, key) = child(of: current, around: place) else { break }
            path.append(key)
            current = child
        }
        return path
    }

    private func child(of container: Int, around place: Int) -> (Int, JSONKey)? {
        guard tokens[container].kind == .object || tokens[container].kind == .array else {
            return nil
        }
        let isObject = tokens[container].kind == .object
        var child = container + 1
        var index = 0
        while child < Int(tokens[container].next) {
            let value = isObject ? child + 1 : child
            if place < Int(tokens[value].next) {
                let key = isObject ? JSONKey(stringValue: string(child)) : JSONKey(index: index)
                return (value, key)
            }
            child = Int(tokens[value].next)
            index += 1
        }
        return nil
    }

    /// The offset of the value that a path leads to, or of the last one on its way.
    func offset(of path: [any CodingKey]) -> Int? {
        guard !tokens.isEmpty else { return nil }
        var place = 0
        for key in path {
            switch tokens[place].kind {
            case .object:
                guard let found = member(key.stringValue, of: place) else { break }
                place = found
                continue
            case .array:
                guard let index = key.intValue, index < Int(tokens[place].end) else { break }
                place += 1
                for _ in 0..<index { place = Int(tokens[place].next) }
                continue
            default:
                break
            }
            break
        }
        return offset(of: place)
    }

    private func offset(of place: Int) -> Int {
        Int(tokens[place].start) - (tokens[place].kind == .string ? 1 : 0)
    }

    /// The error for a value of another kind than the one asked for.
    func mismatch(_ type: any Any.Type, _ expected: String? = nil, at place: Int) -> DecodingError {
        let found = tokens[place].kind
        let reason = "expected \(expected ?? "\(type)"), found \(found.name)"
        let context = DecodingError.Context(codingPath: path(to: place), debugDescription: reason)
        return found == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    /// The error for a value of the right kind that cannot be had.
    func corrupted(_ reason: String, at place: Int) -> DecodingError {
        .dataCorrupted(.init(codingPath: path(to: place), debugDescription: reason))
    }

    /// The error for a member that is not there.
    func missing(_ key: any CodingKey, in object: Int) -> DecodingError {
        .keyNotFound(key, .init(codingPath: path(to: object), debugDescription: "is missing"))
    }

    /// What a type's decoding threw, with its path and offset.
    func located(_ error: DecodingError) -> JSONError {
        let code: JSONError.Code
        var context: DecodingError.Context
        var path: [any CodingKey]
        switch error {
        case .typeMismatch(_, let found), .valueNotFound(_, let found):
            (code, context, path) = (.mismatch, found, found.codingPath)
        case .keyNotFound(let key, let found):
            (code, context, path) = (.missing, found, found.codingPath + [key])
            context = .init(codingPath: path, debugDescription: "is missing")
        case .dataCorrupted(let found):
            (code, context, path) = (.invalid, found, found.codingPath)
        @unknown default:
            return JSONError(.invalid, "\(error)")
        }
        return JSONError(
            code,
            context.debugDescription,
            path: path.isEmpty ? nil : JSONKey.text(path),
            offset: offset(of: path)
        )
    }
}

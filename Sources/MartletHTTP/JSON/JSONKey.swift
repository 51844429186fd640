/// A step of a path that no type of the user names: a position in an array, or a member's name.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        self.init(index: intValue)
    }

    init(index: Int) {
        stringValue = String(index)
        intValue = index
    }

    /// Where a class keeps what it inherits.
    static let `super` = JSONKey(stringValue: "super")

    /// A path as people write it, such as `items[0].quantity`; `the document` for the root.
    static func text(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "the document" }
        var text = ""
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
        return text
    }
}

import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

@testable import ProtocGenMartlet

@Suite("Comments in generated code")
struct CommentTests {
    private func lines(_ comment: String) -> [String] {
        DocComment(comment, or: "Nothing is said.").lines
    }

    @Test(
        "the first sentence stands alone, and the rest behind an empty line",
        arguments: [
            (
                " Finds a user. Fails when there is none.\n",
                ["Finds a user.", "", "Fails when there is none."]
            ),
            (" Finds\n a user.\n", ["Finds a user."]),
            (" Finds a user\n", ["Finds a user."]),
            (" Finds.\n\n More.\n   - a\n   - b\n", ["Finds.", "", "More.", "  - a", "  - b"]),
            (" Counts, e.g. to 3. Stops.\n", ["Counts, e.g. to 3.", "", "Stops."]),
            (" Reads `a. B` twice! Really?\n", ["Reads `a. B` twice!", "", "Really?"]),
            (" Version 1.2 of it\n", ["Version 1.2 of it."]),
            ("", ["Nothing is said."]), ("\n \n", ["Nothing is said."]),
            (" One.\r\n\r\n Two.\r\n", ["One.", "", "Two."]),
            (" One.\n\n - Returns: two.\n", ["One.", "", "\\- Returns: two."]),
        ]
    )
    func summaries(comment: String, expected: [String]) {
        #expect(lines(comment) == expected)
    }

    @Test("a line that is too long is broken between words")
    func wrapping() {
        let word = String(repeating: "a", count: 30)
        let text = DocComment(" \(word) \(word) \(word) \(word)\n", or: "").text(indentation: 4)
        #expect(text == "    /// \(word) \(word) \(word)\n    /// \(word).\n")
        let long = String(repeating: "b", count: 120)
        #expect(DocComment(long, or: "").text(indentation: 0) == "/// \(long).\n")
    }

    @Test("services and methods are described on both sides as in the .proto")
    func places() {
        var definition = Definition()
        definition.service("Service", methods: ["Call", "Other", "Silent"])
        definition.comment(" Of the service.\n", at: [6, 0])
        definition.comment(" Of the method.\n", at: [6, 0, 2, 0])
        definition.comment(" Behind the other.\n", at: [6, 0, 2, 1], trailing: true)
        let source = definition.source()
        #expect(source.contains("/// Of the service.\n///\n/// Implement it"))
        #expect(source.components("    /// Of the method.\n") == 2)
        #expect(source.components("    /// Behind the other.\n") == 2)
        #expect(source.contains("    /// Answers `Silent`.\n    func silent("))
        #expect(source.contains("    /// Calls `Silent`.\n    func silent("))
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(_ text: String) -> Int {
        ranges(of: text).count
    }
}

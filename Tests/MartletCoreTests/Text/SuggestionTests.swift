import MartletCore
import Testing

@Suite("A suggestion")
struct SuggestionTests {
    private let keys = ["command", "environment", "health", "port"]

    @Test(
        "is the name that was probably meant",
        arguments: [
            ("comand", "command"), ("enviroment", "environment"), ("heatlh", "health"),
            ("Port", "port"), ("prot", "port"),
        ]
    )
    func nearNames(written: String, meant: String) {
        #expect(Suggestion.closest(to: written, among: keys) == meant)
    }

    @Test("is not made up when nothing is near", arguments: ["replicas", "x", ""])
    func farNames(written: String) {
        #expect(Suggestion.closest(to: written, among: keys) == nil)
        #expect(Suggestion.sentence(for: written, among: keys) == "")
    }

    @Test("reads as a sentence that can follow another")
    func sentence() {
        #expect(Suggestion.sentence(for: "prot", among: keys) == " Did you mean “port”?")
    }
}

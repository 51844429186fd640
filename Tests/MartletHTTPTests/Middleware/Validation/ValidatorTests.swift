import HTTPTypes
import MartletHTTP
import Testing

@Suite struct ValidatorTests {
    private func errors(_ checks: (inout Validator) -> Void) -> [String] {
        var validator = Validator()
        checks(&validator)
        return validator.errors.map { "\($0.field) \($0.reason)" }
    }

    @Test("all bad fields are named in one 400, each with its first broken rule")
    func collects() {
        let error = #expect(throws: HTTPError.self) {
            try Validator.validate { check in
                check("name", " ", .notBlank, .length(3...80))
                check("age", 200, .range(0...150))
                check("email", "ada@example.com", .email)
                check.each("items", [1, 0, 5]) { check, quantity in
                    check("quantity", quantity, .atLeast(1), .atMost(4))
                }
            }
        }
        #expect(error?.status == .badRequest)
        #expect(
            error?.fields == [
                .init("name", "must not be blank"),
                .init("age", "must lie between 0 and 150"),
                .init("items[1].quantity", "must be at least 1"),
                .init("items[2].quantity", "must be at most 4"),
            ]
        )
    }

    @Test("a value with nothing wrong passes")
    func passes() throws {
        try Validator.validate { check in check("name", "Ada", .notBlank) }
    }

    @Test("a missing value is bad only when it is required")
    func optionals() {
        let nothing: String? = nil
        #expect(
            errors { check in
                check("a", ifPresent: nothing, .notBlank)
                check("b", ifPresent: " " as String?, .notBlank)
                check("c", required: nothing, .notBlank)
                check.nested("d") { $0("e", required: nothing) }
            } == ["b must not be blank", "c is missing", "d.e is missing"]
        )
    }

    @Test("no more than a hundred fields are named")
    func limit() {
        let all = errors { check in
            for number in 0..<500 { check.fail("f\(number)", "is bad") }
        }
        #expect(all.count == Validator.maximumErrors)
    }

    @Test("rules hold for what they say", arguments: ["", "a", "abc"])
    func stringRules(_ text: String) {
        #expect(
            ValidationRule<String>.length(1...2).isSatisfied(by: text)
                == (1...2).contains(text.count)
        )
        #expect(ValidationRule<String>.notEmpty.isSatisfied(by: text) == !text.isEmpty)
        #expect(ValidationRule<String>.oneOf(["abc"]).isSatisfied(by: text) == (text == "abc"))
        #expect(ValidationRule<[Int]>.count(2...2).isSatisfied(by: [1, 2]))
        #expect(!ValidationRule<[Int]>.count(2...2).isSatisfied(by: [1]))
        #expect(ValidationRule<String>.alphanumeric(or: "-").isSatisfied(by: "a-1"))
        #expect(!ValidationRule<String>.alphanumeric().isSatisfied(by: "a-1"))
        #expect(ValidationRule<String>.integer(1...9).isSatisfied(by: "9"))
        #expect(!ValidationRule<String>.integer(1...9).isSatisfied(by: "10"))
        #expect(!ValidationRule<String>.integer().isSatisfied(by: "1.5"))
    }

    @Test(
        "e-mail addresses as people write them are accepted",
        arguments: ["ada@example.com", "a.b+c@sub.example.co.uk", "o'neil@x-y.org", "1@a.b"]
    )
    func goodEmail(_ text: String) {
        #expect(ValidationRule<String>.email.isSatisfied(by: text))
    }

    @Test(
        "what is no e-mail address is refused",
        arguments: [
            "", "ada", "@example.com", "ada@", "ada@example", "a@b@c.de", ".ada@example.com",
            "ada.@example.com", "a..b@example.com", "ada@-a.com", "ada@a-.com", "ada@a..com",
            "ada @example.com", "ada@exa mple.com", "ada@example.com\r\n", "ädа@example.com",
            String(repeating: "a", count: 65) + "@example.com",
            "a@" + String(repeating: "a.", count: 126) + "com",
        ]
    )
    func badEmail(_ text: String) {
        #expect(!ValidationRule<String>.email.isSatisfied(by: text))
    }
}

/// An object of ten fields, as every server of the benchmark answers it.
struct Person: Codable, Sendable {
    var id: Int
    var name: String
    var email: String
    var active: Bool
    var age: Int
    var score: Double
    var tags: [String]
    var city: String
    var country: String
    var createdAt: String

    static let ada = Person(
        id: 42,
        name: "Ada Lovelace",
        email: "ada@example.com",
        active: true,
        age: 36,
        score: 98.5,
        tags: ["math", "engines"],
        city: "London",
        country: "GB",
        createdAt: "2026-01-01T00:00:00Z"
    )
}

import Hummingbird

/// The object of ten fields that every server answers `GET /json` with.
struct Profile: ResponseCodable {
    let id: Int
    let name: String
    let email: String
    let active: Bool
    let age: Int
    let score: Double
    let tags: [String]
    let city: String
    let country: String
    let createdAt: String

    static let sample = Profile(
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

/// Why nothing is generated; protoc shows it to whoever called it.
struct GeneratorError: Error, CustomStringConvertible, Equatable {
    /// What is wrong, and where.
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

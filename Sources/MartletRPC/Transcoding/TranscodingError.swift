/// Why a rule cannot be used.
package struct TranscodingError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, with the rules concerned.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

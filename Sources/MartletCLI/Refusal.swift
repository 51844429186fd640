/// Why a command does nothing: printed as it is.
struct Refusal: Error, CustomStringConvertible {
    var description: String
}

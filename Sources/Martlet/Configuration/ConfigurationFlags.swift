/// The settings on a command line.
///
/// `--http-port 80`, `--http-port=80`, `--http.port 80`; a flag without a value is `true`. Of a
/// flag that is given twice the last counts. swift-configuration's own provider is not used,
/// because it silently ignores arguments that belong to no flag.
struct ConfigurationFlags: Sendable {
    /// The values, with the flag as it was typed.
    private(set) var values: [ConfigurationKey: (spelling: String, value: String)] = [:]

    /// Whether `--help` or `-h` is among the arguments.
    private(set) var asksForHelp = false

    /// Reads the arguments, without the program's name.
    ///
    /// - Throws: ``ConfigurationError`` for an argument that is neither a flag nor its value.
    init(_ arguments: [String]) throws(ConfigurationError) {
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if argument == "--help" || argument == "-h" {
                asksForHelp = true
                continue
            }
            guard argument.hasPrefix("--"), argument.count > 2 else {
                throw ConfigurationError(
                    .unknownKey,
                    "the argument '\(argument)' is not a flag; flags begin with two dashes"
                )
            }
            let parts = argument.split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let spelling = String(parts[0])
            let value: String
            if parts.count == 2 {
                value = String(parts[1])
            } else if index < arguments.count, !arguments[index].hasPrefix("--") {
                value = arguments[index]
                index += 1
            } else {
                value = "true"
            }
            values[ConfigurationKey(spelling)] = (spelling, value)
        }
    }
}

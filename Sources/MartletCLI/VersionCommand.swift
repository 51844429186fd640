import ArgumentParser

/// `martlet version`.
struct VersionCommand: ParsableCommand {
    /// The version of this package.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Prints the version."
    )

    func run() {
        print("martlet \(Self.version)")
    }
}

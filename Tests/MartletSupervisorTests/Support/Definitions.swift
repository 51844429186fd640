import MartletSupervisor

/// Reads definitions for tests.
enum Definitions {
    static let environment = ["HOME": "/data/test", "EMPTY": ""]

    static func read(_ yaml: String) throws(DefinitionError) -> SystemDefinition {
        try DefinitionReader(
            file: "martlet.yaml",
            directory: "/srv/app",
            environment: environment
        ).read(yaml)
    }

    /// What is wrong with a definition, one problem a line; empty when nothing is.
    static func problems(_ yaml: String) -> [String] {
        do {
            _ = try read(yaml)
            return []
        } catch {
            return error.description.split(separator: "\n").map(String.init)
        }
    }
}

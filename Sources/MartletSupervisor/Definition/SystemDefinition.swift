/// A system of services, as a `martlet.yaml` describes it.
package struct SystemDefinition: Sendable {
    /// The file it was read from.
    package var file: String
    /// The services, in an order in which each comes after those it depends on.
    package var services: [ServiceDefinition]
    /// What the console shows beside the services.
    package var consoleExtra: ConsoleExtra?

    /// The most services that one file may have.
    package static let maximumServices = 200

    /// Something for a person to press, beside the services.
    package enum ConsoleExtra: String, CaseIterable, Sendable {
        /// A form that drives the example shop through the service named `gateway`.
        case shop
    }
}

/// One service of a system.
package struct ServiceDefinition: Sendable {
    /// Lower-case letters, digits and hyphens.
    package var name: String
    /// The line that its name stands on.
    package var line: Int
    /// The program and its arguments.
    package var command: [Template]
    /// What is added to the environment of `martlet up` itself.
    package var environment: [(name: String, value: Template)] = []
    /// Where the program runs; absolute.
    package var workingDirectory: String
    /// The port that the file fixes; nil lets a free one be chosen.
    package var port: Int?
    /// How to tell that it works; nil when running is all that is asked.
    package var healthCheck: HealthCheck?
    /// The services that must be healthy before this one starts.
    package var dependencies: [String] = []
    /// Whether it is started again when it ends.
    package var restart = RestartCondition.always
    /// How long it may take to end after SIGTERM before SIGKILL.
    package var stopTimeout = Self.defaultStopTimeout

    /// What Docker gives a container.
    package static let defaultStopTimeout = Duration.seconds(10)
}

/// When a service that has ended is started again.
package enum RestartCondition: String, CaseIterable, Sendable {
    /// However it ended.
    case always
    /// When it ended with another status than 0.
    case onFailure = "on-failure"
    /// Never.
    case never
}

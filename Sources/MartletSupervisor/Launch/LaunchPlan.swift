/// A definition with every port chosen and every `${…}` replaced: what is started.
package struct LaunchPlan: Sendable {
    /// One service, ready to start.
    package struct Entry: Sendable {
        /// What the file says.
        package var definition: ServiceDefinition
        /// Where it is to listen.
        package var port: Int
        /// Its program.
        package var specification: ProcessSpecification
        /// The program of its health check, when that is a command.
        package var probe: ProcessSpecification?
    }

    /// In the definition's order.
    package var entries: [Entry]
    /// What the console shows beside the services.
    package var consoleExtra: SystemDefinition.ConsoleExtra?

    /// Chooses ports and makes the environments.
    ///
    /// A service's environment is, each over the one before: that of `martlet up`, `NAME_URL` and
    /// `NAME_ADDR` for every service of the system, what the file says, and `PORT`. Its `PATH`
    /// begins with `programs`, so that a file can name what was built beside `martlet`.
    ///
    /// - Parameters:
    ///   - definition: What the file says.
    ///   - environment: The environment of `martlet up`.
    ///   - programs: The directory of `martlet` itself; nil leaves `PATH` alone.
    ///   - reserved: Ports that are needed for something else.
    ///   - isFree: Whether a fixed port is free.
    /// - Throws: ``DefinitionError`` when a fixed port is taken, wanted twice, or none is left.
    package init(
        _ definition: SystemDefinition,
        environment: [String: String],
        programs: String? = nil,
        reserved: Set<Int> = [],
        isFree: (Int) -> Bool = PortPicker.isFree
    ) throws(DefinitionError) {
        let ports = try Self.ports(definition, reserved: reserved, isFree: isFree)
        var shared = environment
        if let programs {
            let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
            shared["PATH"] = "\(programs):\(path)"
        }
        for (name, port) in ports {
            let variable = Self.variable(name)
            shared["\(variable)_URL"] = Template.value(of: .url, port: port)
            shared["\(variable)_ADDR"] = Template.value(of: .addr, port: port)
        }
        entries = definition.services.map { service in
            let port = ports[service.name] ?? 0
            var variables = shared
            for (name, value) in service.environment {
                variables[name] = value.resolved(ownPort: port, ports: ports)
            }
            variables["PORT"] = String(port)
            func program(_ command: [Template]) -> ProcessSpecification {
                ProcessSpecification(
                    command: command.map { $0.resolved(ownPort: port, ports: ports) },
                    environment: variables,
                    workingDirectory: service.workingDirectory
                )
            }
            var entry = Entry(
                definition: service,
                port: port,
                specification: program(service.command)
            )
            if case .command(let command) = service.healthCheck?.probe {
                entry.probe = program(command)
            }
            return entry
        }
        consoleExtra = definition.consoleExtra
    }

    /// What a service is called in the names of variables: `user-db` is `USER_DB`.
    package static func variable(_ name: String) -> String {
        String(name.uppercased().map { $0 == "-" ? "_" : $0 })
    }

    private static func ports(
        _ definition: SystemDefinition,
        reserved: Set<Int>,
        isFree: (Int) -> Bool
    ) throws(DefinitionError) -> [String: Int] {
        var ports: [String: Int] = [:]
        var owners: [Int: String] = [:]
        for port in reserved { owners[port] = "the console" }
        var problems: [DefinitionError.Problem] = []
        for service in definition.services {
            guard let port = service.port else { continue }
            let key = "services.\(service.name).port"
            if let owner = owners[port] {
                problems.append(
                    .init(line: service.line, key: key, message: "\(port) is taken by \(owner).")
                )
            } else if !isFree(port) {
                let message = "another program listens on \(port) already."
                problems.append(.init(line: service.line, key: key, message: message))
            }
            owners[port] = "services.\(service.name)"
            ports[service.name] = port
        }
        var picker = PortPicker(taken: Set(owners.keys))
        for service in definition.services where service.port == nil {
            guard let port = picker.pick() else {
                let message = "no port from \(PortPicker.range) is free."
                problems.append(.init(line: service.line, key: service.name, message: message))
                break
            }
            ports[service.name] = port
        }
        guard problems.isEmpty else {
            throw DefinitionError(file: definition.file, problems: problems)
        }
        return ports
    }
}

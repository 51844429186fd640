/// A configuration whose files were read and fit together.
struct PreparedConfiguration {
    let table: RoutingTable
    let listener: ListenerTLS?
}

/// Reads a gateway's configuration file.
struct ConfigurationSource: Sendable {
    let file: String
    let environment: [String: String]
    private let clients = UpstreamClients()

    init(file: String, environment: [String: String]) {
        self.file = file
        self.environment = environment
    }

    /// The file's text; blocks while it reads.
    ///
    /// - Throws: ``GatewayConfigurationError`` that says why it cannot be read.
    func text() throws(GatewayConfigurationError) -> String {
        let bytes: [UInt8]
        do throws(WholeFile.Failure) {
            bytes = try WholeFile.bytes(at: file)
        } catch {
            throw failure(nil, error.message)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let wrong = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
            throw failure(wrong.map { $0 + 1 }, "is not UTF-8.")
        }
        return text
    }

    /// What a text describes.
    ///
    /// - Throws: ``GatewayConfigurationError`` with everything that is wrong.
    func configuration(_ text: String) throws(GatewayConfigurationError) -> GatewayConfiguration {
        try GatewayConfiguration(yaml: text, file: file, environment: environment)
    }

    /// Makes a configuration ready to be put in force.
    ///
    /// - Throws: ``GatewayConfigurationError`` with the first thing that is wrong with its files.
    func prepare(
        _ configuration: GatewayConfiguration,
        _ files: TLSFiles
    ) throws(GatewayConfigurationError) -> PreparedConfiguration {
        do throws(GatewayConfigurationError) {
            var listener: ListenerTLS?
            if let tls = configuration.tls { listener = try ListenerTLS(tls, files) }
            let table = try RoutingTable(configuration, clients: clients, files)
            return PreparedConfiguration(table: table, listener: listener)
        } catch {
            throw named(error)
        }
    }

    /// The error with the name of the file.
    func named(_ error: GatewayConfigurationError) -> GatewayConfigurationError {
        var error = error
        error.file = file
        return error
    }

    private func failure(_ line: Int?, _ message: String) -> GatewayConfigurationError {
        GatewayConfigurationError(
            file: file,
            problems: [.init(line: line, key: "", message: message)]
        )
    }
}

import FoundationEssentials

/// Reads a gateway's configuration file.
///
/// Foundation is the portable way to read a file whole; this is not on the path of a request.
struct ConfigurationSource: Sendable {
    /// The most bytes of a configuration file: 1 MiB.
    static let maximumSize = 1024 * 1024

    let file: String
    let environment: [String: String]

    /// The file's text.
    ///
    /// - Throws: ``GatewayConfigurationError`` that says why it cannot be read.
    func text() throws(GatewayConfigurationError) -> String {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: file))
        } catch {
            throw failure("cannot be read: \(error)")
        }
        guard data.count <= Self.maximumSize else {
            throw failure("is larger than \(Self.maximumSize) bytes.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw failure("is not UTF-8.")
        }
        return text
    }

    /// The table that a text describes.
    ///
    /// - Throws: ``GatewayConfigurationError`` with everything that is wrong.
    func table(_ text: String) throws(GatewayConfigurationError) -> RoutingTable {
        try RoutingTable(
            GatewayConfiguration(yaml: text, file: file, environment: environment)
        )
    }

    private func failure(_ message: String) -> GatewayConfigurationError {
        GatewayConfigurationError(
            file: file,
            problems: [.init(line: nil, key: "", message: message)]
        )
    }
}

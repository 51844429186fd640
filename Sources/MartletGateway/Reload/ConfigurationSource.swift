/// Reads a gateway's configuration file.
struct ConfigurationSource: Sendable {
    let file: String
    let environment: [String: String]

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

    /// The table that a text describes.
    ///
    /// - Throws: ``GatewayConfigurationError`` with everything that is wrong.
    func table(_ text: String) throws(GatewayConfigurationError) -> RoutingTable {
        try RoutingTable(
            GatewayConfiguration(yaml: text, file: file, environment: environment)
        )
    }

    private func failure(_ line: Int?, _ message: String) -> GatewayConfigurationError {
        GatewayConfigurationError(
            file: file,
            problems: [.init(line: line, key: "", message: message)]
        )
    }
}

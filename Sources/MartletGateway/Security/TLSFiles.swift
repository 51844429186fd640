import MartletTransport

/// The files that a configuration's TLS is made of, as they were read.
struct TLSFiles: Hashable, Sendable {
    private var contents: [String: Result<[UInt8], WholeFile.Failure>] = [:]

    /// Reads the files at `paths`; blocks.
    init(reading paths: Set<String>) {
        for path in paths {
            contents[path] = Result { () throws(WholeFile.Failure) in
                try WholeFile.bytes(at: path)
            }
        }
    }

    /// The text of a file.
    ///
    /// - Throws: The problem with it, as one of `key`.
    func text(
        _ path: String,
        for key: String,
        line: Int?
    ) throws(GatewayConfigurationError) -> String {
        let problem: String
        switch contents[path] {
        case .success(let bytes):
            if let text = String(validating: bytes, as: UTF8.self) { return text }
            problem = "is not PEM."
        case .failure(let failure): problem = failure.message
        case nil: problem = "was not read."
        }
        throw Self.problem("\(path): \(problem)", for: key, line: line)
    }

    /// The authorities in a file.
    ///
    /// - Throws: The problem with it, as one of `key`.
    func trust(
        _ path: String,
        for key: String,
        line: Int?
    ) throws(GatewayConfigurationError) -> TLSTrust {
        let text = try text(path, for: key, line: line)
        guard text.contains("-----BEGIN CERTIFICATE-----"), let trust = try? TLSTrust.pem(text)
        else {
            throw Self.problem("\(path): has no certificate in PEM.", for: key, line: line)
        }
        return trust
    }

    /// The error that a configuration has one thing wrong with it.
    static func problem(_ message: String, for key: String, line: Int?) -> GatewayConfigurationError
    {
        GatewayConfigurationError(
            file: nil,
            problems: [.init(line: line, key: key, message: message)]
        )
    }
}

extension GatewayConfiguration {
    /// The paths of all files that the configuration's TLS is made of.
    var tlsPaths: Set<String> {
        let own = [tls?.certificate, tls?.key, tls?.clientAuthorities]
        return Set((own + routes.map(\.tls?.authorities)).compactMap(\.self))
    }
}

import MartletTransport

/// The PEM files of a service's TLS.
package struct CertificateFiles: Hashable, Sendable {
    package let certificate: String
    package let key: String
    /// Who signs the certificates that clients must show.
    package let clients: String?

    /// Reads where the files are; nil when the service speaks no TLS.
    ///
    /// - Throws: ``ConfigurationError`` when one of certificate and key is missing.
    init?(_ configuration: ServiceConfiguration) throws {
        let certificate = try configuration.builtIn("tls.certificate", as: String.self)
        let key = try configuration.builtIn("tls.key", as: String.self)
        clients = try configuration.builtIn("tls.clients", as: String.self)
        switch (certificate, key) {
        case (let certificate?, let key?):
            self.certificate = certificate
            self.key = key
        case (nil, nil):
            guard clients == nil else {
                throw ConfigurationError(
                    .missingValue,
                    "'tls.clients' is set, but 'tls.certificate' and 'tls.key' are not"
                )
            }
            return nil
        case (nil, _), (_, nil):
            throw ConfigurationError(
                .missingValue,
                "only one of 'tls.certificate' and 'tls.key' is set; TLS needs both"
            )
        }
    }

    /// Reads the certificate and its key; blocks meanwhile.
    func credential() throws -> TLSCredential {
        try TLSCredential(certificateChainFile: certificate, privateKeyFile: key)
    }

    /// Makes the server's TLS; blocks while it reads the files.
    func makeTLS() throws -> ServerTLS {
        try ServerTLS(credential(), clients: clients.map { .required(.file($0)) } ?? .ignored)
    }
}

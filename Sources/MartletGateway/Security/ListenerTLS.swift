import MartletTransport

/// What a listener's TLS is made of, read and checked.
struct ListenerTLS {
    private let tls: GatewayTLS
    private let credential: TLSCredential
    private let clients: ServerTLS.ClientCertificates

    /// Makes it of what `files` holds.
    ///
    /// - Throws: ``GatewayConfigurationError`` that names the file that is wrong.
    init(_ tls: GatewayTLS, _ files: TLSFiles) throws(GatewayConfigurationError) {
        self.tls = tls
        let certificate = try files.text(tls.certificate, for: "tls.certificate", line: tls.line)
        let key = try files.text(tls.key, for: "tls.key", line: tls.line)
        do {
            credential = try TLSCredential(certificateChain: certificate, privateKey: key)
        } catch let error as TLSError where error.code == .unreadablePrivateKey {
            throw TLSFiles.problem(
                "\(tls.key): has no private key in PEM without a passphrase.",
                for: "tls.key",
                line: tls.line
            )
        } catch {
            throw TLSFiles.problem(
                "\(tls.certificate): has no certificate in PEM.",
                for: "tls.certificate",
                line: tls.line
            )
        }
        if let authorities = tls.clientAuthorities {
            let trust = try files.trust(authorities, for: "tls.clientAuthorities", line: tls.line)
            clients = .required(trust)
        } else {
            clients = .ignored
        }
    }

    /// The server's TLS.
    ///
    /// - Throws: ``GatewayConfigurationError`` when the parts do not belong together.
    func make() throws(GatewayConfigurationError) -> ServerTLS {
        do {
            return try ServerTLS(credential, clients: clients)
        } catch {
            throw mismatch
        }
    }

    /// Has `server` use it for the connections to come.
    ///
    /// - Throws: ``GatewayConfigurationError`` when the parts do not belong together; the server
    ///   then goes on as before.
    func reload(_ server: ServerTLS) throws(GatewayConfigurationError) {
        do {
            try server.reload(credential, clients: clients)
        } catch {
            throw mismatch
        }
    }

    private var mismatch: GatewayConfigurationError {
        TLSFiles.problem(
            "the key in \(tls.key) is not that of the first certificate in \(tls.certificate).",
            for: "tls",
            line: tls.line
        )
    }
}

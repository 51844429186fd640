package import NIOSSL

/// A certificate chain with its private key, in PEM.
public struct TLSCredential: Sendable {
    package let chain: [NIOSSLCertificate]
    package let key: NIOSSLPrivateKey

    /// Reads a credential from PEM text.
    ///
    /// - Parameters:
    ///   - certificateChain: The certificates, the server's own first.
    ///   - privateKey: The private key of the first certificate.
    /// - Throws: ``TLSError`` that says which of the two cannot be read.
    public init(certificateChain: String, privateKey: String) throws {
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(Array(certificateChain.utf8))
        } catch {
            throw TLSError(.unreadableCertificate, "The certificate chain is not PEM.", error)
        }
        guard !chain.isEmpty else {
            throw TLSError(.unreadableCertificate, "The certificate chain is empty.", nil)
        }
        do {
            key = try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)
        } catch {
            throw TLSError(.unreadablePrivateKey, "The private key is not PEM.", error)
        }
    }

    /// Reads a credential from PEM files.
    ///
    /// Blocks while it reads: call it at start-up, or through ``offLoop(_:_:)``.
    ///
    /// - Throws: ``TLSError`` that names the file that cannot be read.
    public init(certificateChainFile: String, privateKeyFile: String) throws {
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificateChainFile)
        } catch {
            throw TLSError(
                .unreadableCertificate,
                "The certificate chain in '\(certificateChainFile)' cannot be read.",
                error
            )
        }
        do {
            key = try NIOSSLPrivateKey(file: privateKeyFile, format: .pem)
        } catch {
            throw TLSError(
                .unreadablePrivateKey,
                "The private key in '\(privateKeyFile)' cannot be read.",
                error
            )
        }
    }
}

/// Which certificates are trusted to sign the peer's.
public struct TLSTrust: Sendable {
    package let roots: NIOSSLTrustRoots

    /// The system's certificate authorities.
    public static let system = TLSTrust(roots: .default)

    /// The authorities in a PEM file, and no others.
    public static func file(_ path: String) -> TLSTrust {
        TLSTrust(roots: .file(path))
    }

    /// The authorities in PEM text, and no others.
    ///
    /// - Throws: ``TLSError`` when the text is not PEM.
    public static func pem(_ text: String) throws -> TLSTrust {
        do {
            return TLSTrust(
                roots: .certificates(try NIOSSLCertificate.fromPEMBytes(Array(text.utf8)))
            )
        } catch {
            throw TLSError(.unreadableCertificate, "The trusted certificates are not PEM.", error)
        }
    }
}

/// TLS could not be set up.
public struct TLSError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    public struct Code: Hashable, Sendable {
        private let name: String
        /// A certificate cannot be read; the file or the text is at fault.
        public static let unreadableCertificate = Code(name: "unreadableCertificate")
        /// A private key cannot be read; the file or the text is at fault.
        public static let unreadablePrivateKey = Code(name: "unreadablePrivateKey")
        /// The parts can be read but do not make a working configuration, such as a key that is
        /// not the certificate's.
        public static let invalidConfiguration = Code(name: "invalidConfiguration")
    }

    /// What kind of problem it is.
    public let code: Code
    /// What is wrong, in a sentence.
    public let message: String
    /// What led to it.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, _ cause: (any Error)?) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, then the cause.
    public var description: String {
        cause.map { "\(message)\n  caused by: \($0)" } ?? message
    }
}

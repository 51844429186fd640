import NIOCore
import NIOSSL
import SwiftASN1
import X509

/// What TLS established about a connection.
public struct ConnectionSecurity: Sendable {
    // By reference, because every connection has room for it, and most have none.
    private let storage: Storage

    /// The protocol that ALPN chose (RFC 7301), if any.
    public var negotiatedProtocol: String? { storage.negotiatedProtocol }
    /// The names in the peer's verified certificate: DNS names, URIs, then the common name.
    public var peerNames: [String] { storage.peerNames }

    private final class Storage: Sendable {
        let negotiatedProtocol: String?
        let peerNames: [String]

        init(negotiatedProtocol: String?, peerNames: [String]) {
            self.negotiatedProtocol = negotiatedProtocol
            self.peerNames = peerNames
        }
    }

    init(pipeline: ChannelPipeline, negotiated: String?) {
        let operations = pipeline.syncOperations
        let certificate =
            (try? operations.handler(type: NIOSSLServerHandler.self))?.peerCertificate
            ?? (try? operations.handler(type: NIOSSLClientHandler.self))?.peerCertificate
        storage = Storage(
            negotiatedProtocol: negotiated,
            peerNames: certificate.map(Self.names) ?? []
        )
    }

    private static func names(of certificate: NIOSSLCertificate) -> [String] {
        guard let bytes = try? certificate.toDERBytes(),
            let certificate = try? Certificate(derEncoded: bytes)
        else { return [] }
        var names: [String] = []
        if let alternatives = try? certificate.extensions.subjectAlternativeNames {
            for case .dnsName(let name) in alternatives {
                names.append(name)
            }
            for case .uniformResourceIdentifier(let name) in alternatives {
                names.append(name)
            }
        }
        for relative in certificate.subject {
            for attribute in relative where attribute.type == .RDNAttributeType.commonName {
                names.append(attribute.value.description)
            }
        }
        return names
    }
}

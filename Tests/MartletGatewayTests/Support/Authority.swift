import Crypto
import Foundation
import MartletTransport
import SwiftASN1
import X509

/// A certificate authority that lives as long as a test, in PEM.
struct Authority {
    private let name: DistinguishedName
    private let key = P256.Signing.PrivateKey()
    /// The authority's own certificate.
    let pem: String

    init() throws {
        name = try DistinguishedName { CommonName("Authority of a test") }
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(keyCertSign: true))
        }
        pem = try Self.sign(name, key.publicKey, by: name, key, extensions)
    }

    var trust: TLSTrust {
        get throws { try .pem(pem) }
    }

    /// A certificate for a DNS name, and for an IPv4 address unless it is empty, and its key.
    func issue(
        _ host: String,
        address: [UInt8] = [127, 0, 0, 1]
    ) throws -> (certificate: String, key: String) {
        var names = [GeneralName.dnsName(host)]
        if !address.isEmpty {
            names.append(.ipAddress(ASN1OctetString(contentBytes: address[...])))
        }
        let own = P256.Signing.PrivateKey()
        let subject = try DistinguishedName { CommonName(host) }
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            SubjectAlternativeNames(names)
        }
        let certificate = try Self.sign(subject, own.publicKey, by: name, key, extensions)
        return (certificate, own.pemRepresentation)
    }

    private static func sign(
        _ subject: DistinguishedName,
        _ publicKey: P256.Signing.PublicKey,
        by issuer: DistinguishedName,
        _ key: P256.Signing.PrivateKey,
        _ extensions: Certificate.Extensions
    ) throws -> String {
        try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: .init(publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -3600),
            notValidAfter: Date(timeIntervalSinceNow: 3600),
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions,
            issuerPrivateKey: .init(key)
        ).serializeAsPEM().pemString
    }
}

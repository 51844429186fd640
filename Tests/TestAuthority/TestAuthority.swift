import Crypto
import Foundation
package import MartletTransport
import SwiftASN1
import X509

/// A certificate authority that lives as long as a test.
package struct TestAuthority {
    private let name: DistinguishedName
    private let key = P256.Signing.PrivateKey()
    private let certificate: Certificate

    package init(_ commonName: String = "Test authority") throws {
        name = try DistinguishedName { CommonName(commonName) }
        certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: .init(key.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -3600),
            notValidAfter: Date(timeIntervalSinceNow: 3600),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            },
            issuerPrivateKey: .init(key)
        )
    }

    /// Trust in this authority alone.
    package var trust: TLSTrust {
        get throws { try .pem(certificate.serializeAsPEM().pemString) }
    }

    /// A certificate for `names`, the first of which is also its common name.
    package func issue(
        _ names: [String],
        address: [UInt8]? = nil,
        uri: String? = nil
    ) throws -> TLSCredential {
        let own = P256.Signing.PrivateKey()
        var alternatives = names.map { GeneralName.dnsName($0) }
        if let address {
            alternatives.append(.ipAddress(ASN1OctetString(contentBytes: address[...])))
        }
        if let uri { alternatives.append(.uniformResourceIdentifier(uri)) }
        let issued = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: .init(own.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -3600),
            notValidAfter: Date(timeIntervalSinceNow: 3600),
            issuer: name,
            subject: try DistinguishedName { CommonName(names.first ?? "nobody") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames(alternatives)
            },
            issuerPrivateKey: .init(key)
        )
        return try TLSCredential(
            certificateChain: issued.serializeAsPEM().pemString,
            privateKey: own.pemRepresentation
        )
    }
}

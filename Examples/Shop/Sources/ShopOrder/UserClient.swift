package import Martlet

/// The user service, as the order service sees it.
package struct UserClient: Sendable {
    private let service: Neighbour

    package init(_ service: Neighbour) {
        self.service = service
    }

    /// Whether there is a user with an id.
    ///
    /// - Throws: ``HTTPError`` with 503 when the user service does not answer.
    package func exists(_ id: String, context: CallContext) async throws -> Bool {
        // What is no id is not put into a path.
        guard id.utf8.allSatisfy(Self.isNameByte) else { return false }
        let response = try await service.send(.get, "/api/users/\(id)", context: context)
        response.body.discard()
        switch response.status {
        case .ok: return true
        case .notFound: return false
        default: throw service.unavailable(nil)
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

public import MartletCore

/// What a caller has to be or to have.
///
/// ```swift
/// let requirement =
///     Requirement.hasScope("orders.write") && !.subject("guest") || .hasRole("admin")
/// ```
public struct Requirement: Sendable {
    /// What is required, for a person to read.
    public let description: String

    /// The scopes that would have been enough, for `WWW-Authenticate` (RFC 6750 §3).
    let scopes: [String]

    private let holds: @Sendable (Identity) -> Bool

    /// Makes a requirement.
    ///
    /// - Parameters:
    ///   - description: What is required, such as `to be older than 18`. It is sent to the caller.
    ///   - holds: Whether a caller fulfils it.
    public init(_ description: String, _ holds: @escaping @Sendable (Identity) -> Bool) {
        self.init(description, scopes: [], holds)
    }

    init(
        _ description: String,
        scopes: [String],
        _ holds: @escaping @Sendable (Identity) -> Bool
    ) {
        self.description = description
        self.scopes = scopes
        self.holds = holds
    }

    /// Whether a caller fulfils the requirement.
    public func isFulfilled(by identity: Identity) -> Bool {
        holds(identity)
    }
}

extension Requirement {
    /// Any caller who is known.
    public static let authenticated = Requirement("to be authenticated") { _ in true }

    /// A caller with this name.
    public static func subject(_ subject: String) -> Requirement {
        Requirement("to be '\(subject)'") { $0.subject == subject }
    }

    /// A caller who has authenticated in this way: `bearer`, `basic`, `api-key`, `mtls`.
    public static func scheme(_ scheme: String) -> Requirement {
        Requirement("to authenticate by \(scheme)") { $0.scheme == scheme }
    }

    /// A caller with a scope: one of the names in the claim `scope`, or `scp` (RFC 8693 §4.2).
    public static func hasScope(_ scope: String) -> Requirement {
        Requirement("the scope '\(scope)'", scopes: [scope]) { identity in
            identity.names(at: "scope").contains(scope[...])
                || identity.names(at: "scp").contains(scope[...])
        }
    }

    /// A caller with a role: one of the names in a claim, whose path has dots between the names of
    /// nested objects, such as `realm_access.roles`.
    public static func hasRole(_ role: String, in path: String = "roles") -> Requirement {
        Requirement("the role '\(role)'") { $0.names(at: path).contains(role[...]) }
    }

    /// A caller with a claim of this value; the claim's path has dots between the names of nested
    /// objects.
    public static func claim(_ path: String, equals value: Identity.Claim) -> Requirement {
        Requirement("the claim '\(path)'") { $0.claim(at: path) == value }
    }

    /// Callers who fulfil both.
    public static func && (left: Requirement, right: Requirement) -> Requirement {
        Requirement(
            "\(left.description) and \(right.description)",
            scopes: left.scopes + right.scopes
        ) { left.holds($0) && right.holds($0) }
    }

    /// Callers who fulfil at least one.
    public static func || (left: Requirement, right: Requirement) -> Requirement {
        Requirement("(\(left.description) or \(right.description))", scopes: left.scopes) {
            left.holds($0) || right.holds($0)
        }
    }

    /// Callers who do not fulfil it.
    public static prefix func ! (requirement: Requirement) -> Requirement {
        Requirement("not \(requirement.description)") { !requirement.holds($0) }
    }
}

extension Identity {
    /// The claim at a path with dots between the names of nested objects.
    ///
    /// A claim whose own name has dots, such as a URL, is found by that name first.
    func claim(at path: String) -> Claim? {
        if let claim = claims[path] { return claim }
        var claim = Claim.object(claims)
        for name in path.split(separator: ".") {
            guard case .object(let members) = claim, let member = members[String(name)] else {
                return nil
            }
            claim = member
        }
        return claim
    }

    /// The names that a claim lists: an array of strings, or a string with spaces between them.
    func names(at path: String) -> [Substring] {
        switch claim(at: path) {
        case .string(let text):
            text.split(separator: " ")
        case .list(let list):
            list.compactMap { if case .string(let name) = $0 { name[...] } else { nil } }
        default:
            []
        }
    }
}

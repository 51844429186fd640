import MartletCore
import MartletHTTP
import NIOCore

/// What a token says, checked against a policy (RFC 7519 §4.1).
struct TokenClaims {
    let all: [String: Identity.Claim]

    init(_ payload: ByteBuffer) throws(TokenError) {
        do {
            all = try JSON.decode([String: DecodedClaim].self, from: payload).mapValues(\.claim)
        } catch {
            throw TokenError(.malformed, "The token's claims are not a JSON object.", cause: error)
        }
    }

    /// The caller's name: `sub`, or `client_id` of a token that a client got for itself (RFC 9068).
    func subject() throws(TokenError) -> String {
        if case .string(let subject) = all["sub"] { return subject }
        if case .string(let client) = all["client_id"] { return client }
        throw TokenError(.claim, "The token has no 'sub'.")
    }

    /// Checks everything but the signature.
    func check(_ policy: TokenPolicy, now: Double) throws(TokenError) {
        try checkTimes(policy, now: now)
        if let issuers = policy.issuers {
            guard case .string(let issuer) = all["iss"], issuers.contains(issuer) else {
                throw TokenError(.claim, "The token's 'iss' is not accepted.")
            }
        }
        if let audiences = policy.audiences {
            guard names("aud").contains(where: audiences.contains) else {
                throw TokenError(.claim, "The token's 'aud' is not accepted.")
            }
        }
    }

    private func checkTimes(_ policy: TokenPolicy, now: Double) throws(TokenError) {
        let leeway = Double(policy.leeway.components.seconds)
        if let expiry = try time("exp") {
            guard now < expiry + leeway else {
                throw TokenError(.expired, "The token has expired.")
            }
        } else if policy.requiresExpiry {
            throw TokenError(.claim, "The token has no 'exp'.")
        }
        if let start = try time("nbf"), now < start - leeway {
            throw TokenError(.notYetValid, "The token is not valid yet.")
        }
        let issued = try time("iat")
        if let issued, now < issued - leeway {
            throw TokenError(.notYetValid, "The token was issued in the future.")
        }
        if let age = policy.maximumAge {
            guard let issued else { throw TokenError(.claim, "The token has no 'iat'.") }
            guard now - issued < Double(age.components.seconds) + leeway else {
                throw TokenError(.expired, "The token is too old.")
            }
        }
    }

    private func time(_ name: String) throws(TokenError) -> Double? {
        switch all[name] {
        case nil: return nil
        case .integer(let seconds): return Double(seconds)
        case .number(let seconds) where seconds.isFinite: return seconds
        default: throw TokenError(.claim, "The token's '\(name)' is not a number.")
        }
    }

    private func names(_ claim: String) -> [String] {
        switch all[claim] {
        case .string(let name): [name]
        case .list(let list):
            list.compactMap { if case .string(let name) = $0 { name } else { nil } }
        default: []
        }
    }
}

import HTTPTypes
import MartletCore
import MartletHTTP
import MartletIdentity
import Testing

@Suite struct AuthorizationTests {
    private let ada = Identity(
        subject: "ada",
        scheme: "bearer",
        claims: [
            "scope": .string("orders.read orders.write"),
            "roles": .list([.string("admin"), .integer(7)]),
            "realm_access": .object(["roles": .list([.string("buyer")])]),
            "https://example.com/tenant": .string("t1"),
            "age": .integer(36),
        ]
    )

    private func status(
        _ requirement: Requirement,
        _ identity: Identity?
    ) async -> (
        HTTPResponse.Status?, String?
    ) {
        let context = CallContext(identity: identity)
        do {
            let response = try await Authorization(requirement)
                .answer(Request(.get, "/"), context: context) { _, _ in Response(.ok) }
            return (response.status, nil)
        } catch {
            let error = error as? HTTPError
            return (error?.status, error?.headers[.wwwAuthenticate])
        }
    }

    @Test("scopes, roles and claims are found where issuers put them")
    func found() {
        #expect(Requirement.hasScope("orders.write").isFulfilled(by: ada))
        #expect(!Requirement.hasScope("orders").isFulfilled(by: ada))
        #expect(Requirement.hasRole("admin").isFulfilled(by: ada))
        #expect(!Requirement.hasRole("buyer").isFulfilled(by: ada))
        #expect(Requirement.hasRole("buyer", in: "realm_access.roles").isFulfilled(by: ada))
        #expect(Requirement.claim("age", equals: .integer(36)).isFulfilled(by: ada))
        #expect(!Requirement.claim("age", equals: .string("36")).isFulfilled(by: ada))
        let tenant = Requirement.claim("https://example.com/tenant", equals: .string("t1"))
        #expect(tenant.isFulfilled(by: ada))
        #expect(Requirement.subject("ada").isFulfilled(by: ada))
        #expect(Requirement.scheme("bearer").isFulfilled(by: ada))
        let scp = Identity(subject: "b", scheme: "bearer", claims: ["scp": .list([.string("x")])])
        #expect(Requirement.hasScope("x").isFulfilled(by: scp))
    }

    @Test("requirements combine")
    func combine() {
        let yes = Requirement.authenticated
        let no = !Requirement.authenticated
        #expect((yes && yes).isFulfilled(by: ada))
        #expect(!(yes && no).isFulfilled(by: ada))
        #expect((no || yes).isFulfilled(by: ada))
        #expect(!(no || no).isFulfilled(by: ada))
    }

    @Test("who fulfils it is let through, who does not gets 403, and a stranger 401")
    func statuses() async {
        #expect(await status(.hasRole("admin"), ada).0 == .ok)
        #expect(await status(.hasRole("owner"), ada) == (.forbidden, nil))
        #expect(await status(.hasRole("admin"), nil) == (.unauthorized, "Bearer"))
    }

    @Test("a token without the scopes is told which are missing")
    func insufficientScope() async {
        let requirement = Requirement.hasScope("a") && .hasScope("b")
        #expect(
            await status(requirement, ada)
                == (.forbidden, #"Bearer error="insufficient_scope", scope="a b""#)
        )
        let robot = Identity(subject: "robot", scheme: "api-key")
        #expect(await status(requirement, robot) == (.forbidden, nil))
    }
}

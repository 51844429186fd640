import MartletSupervisor
import Testing

@Suite("A template")
struct TemplateTests {
    private func resolve(_ source: String) throws -> String {
        try Template(
            parsing: source,
            services: ["user", "user-db"],
            environment: Definitions.environment
        ).resolved(ownPort: 20_001, ports: ["user": 20_002, "user-db": 20_003])
    }

    @Test(
        "has its references replaced",
        arguments: [
            ("plain", "plain"),
            ("${PORT}", "20001"),
            ("--u=${services.user.url}/x", "--u=http://127.0.0.1:20002/x"),
            ("${services.user-db.addr}", "127.0.0.1:20003"),
            ("${services.user.host}:${services.user.port}", "127.0.0.1:20002"),
            ("${HOME}/data", "/data/test/data"),
            ("${EMPTY}|${EMPTY:-x}|${NONE:-y z}|${NONE:-}", "|x|y z|"),
            ("$PORT $$ $1 $", "$PORT $$ $1 $"),
            ("$${PORT}", "${PORT}"),
        ]
    )
    func resolved(source: String, text: String) throws {
        #expect(try resolve(source) == text)
    }

    @Test(
        "with a reference to what is not there says so",
        arguments: [
            ("${services.uesr.url}", "Did you mean “user”?"),
            ("${services.user.uri}", "url, addr, host, port"),
            ("${services.user}", "${services.NAME.url}"),
            ("${NONE}", "“NONE” is not set"),
            ("${PROT}", "Did you mean “PORT”?"),
            ("${PORT", "has no “}”"),
            ("${}", "does not name a variable"),
            ("${a b}", "does not name a variable"),
        ]
    )
    func refused(source: String, message: String) {
        let error = #expect(throws: Template.Malformed.self) { try resolve(source) }
        #expect(error?.message.contains(message) == true)
    }
}

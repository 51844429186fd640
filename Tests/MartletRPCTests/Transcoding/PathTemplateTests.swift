import Testing

@testable import MartletRPC

@Suite("Path templates of rules")
struct PathTemplateTests {
    @Test("segments, variables and the verb are told apart")
    func parts() throws {
        let template = try PathTemplate("/v1/{name=shelves/*/books/**}:read")
        #expect(
            template.segments == [
                .literal("v1"), .literal("shelves"), .any, .literal("books"), .rest,
            ]
        )
        #expect(
            template.variables == [
                PathTemplate.Variable(field: ["name"], segments: 1..<5, isMultiple: true)
            ]
        )
        #expect(template.verb == "read")
        let plain = try PathTemplate("/v1/a:b/{user.id}")
        #expect(plain.segments == [.literal("v1"), .literal("a:b"), .any])
        #expect(plain.variables[0].field == ["user", "id"])
        #expect(!plain.variables[0].isMultiple)
        #expect(plain.verb == nil)
        #expect(try PathTemplate("/").segments.isEmpty)
        #expect(try PathTemplate("/:all").verb == "all")
        #expect(try PathTemplate("/a%20b").segments == [.literal("a b")])
    }

    @Test(
        "what is no template is refused and named",
        arguments: [
            "v1", "//", "/v1/", "/v1//a", "/{", "/{}", "/{a", "/{a}b", "/a{b}", "/{a=}", "/{1a}",
            "/{a..b}", "/{a={b}}", "/**/a", "/{a=**}/b", "/{a}/{a}", "/{a}/{a.b}", "/***", "/a:",
            "/a/../b", "/%zz", "/a?b", "/{a-b}",
        ]
    )
    func refused(path: String) {
        let error = #expect(throws: TranscodingError.self) { try PathTemplate(path) }
        #expect(error?.description.contains("'\(path)'") == true)
    }

    @Test("a template has 64 segments at most")
    func limit() throws {
        let most = String(repeating: "/a", count: 64)
        #expect(try PathTemplate(most).segments.count == 64)
        #expect(throws: TranscodingError.self) { try PathTemplate(most + "/a") }
    }
}

import MartletHTTP
import Testing

@Suite("MediaType")
struct MediaTypeTests {
    @Test("type, subtype and parameters are read, names without case")
    func parsing() throws {
        let text = "  Text/HTML ; Charset=UTF-8;title=\"a \\\"b\\\"; c\" ; "
        let type = try #require(MediaType(text))
        #expect(type.essence == "text/html")
        #expect(type["charset"] == "UTF-8")
        #expect(type["TITLE"] == "a \"b\"; c")
        #expect(type.parameters.count == 2)
    }

    @Test(
        "what is not a media type is refused",
        arguments: [
            "", "text", "text/", "/html", "text /html", "text/ht ml", "text/html; a", "a/b; c=",
            "a/b; c=\"d", "a/b, c/d", "a/b; c=d e", "a/b; c =d", "a/é",
        ]
    )
    func malformed(text: String) {
        #expect(MediaType(text) == nil)
    }

    @Test("equality ignores the order of parameters and the case of their values")
    func equality() {
        let type: MediaType = "text/plain; charset=utf-8; format=flowed"
        #expect(type == "TEXT/plain;format=Flowed;charset=UTF-8")
        #expect(type != "text/plain; charset=utf-8")
        #expect(type != "text/html; charset=utf-8; format=flowed")
    }

    @Test("what is written can be read again")
    func rendering() {
        let type = MediaType("a", "b", parameters: [.init("c", "d \"e\\"), .init("F", "g")])
        #expect(type.description == "a/b; c=\"d \\\"e\\\\\"; f=g")
        #expect(MediaType(type.description) == type)
    }
}

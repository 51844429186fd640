import Testing

@testable import Crawler

@Suite("Web addresses")
struct WebAddressTests {
    @Test(
        "a page has one spelling",
        arguments: [
            ("HTTP://Example.COM:80", "http://example.com/"),
            ("https://example.com:443/a", "https://example.com/a"),
            ("http://example.com:8080/a#top", "http://example.com:8080/a"),
            ("http://example.com/a/./b/../c", "http://example.com/a/c"),
            ("http://example.com/%7euser/%2f%c3%A9", "http://example.com/~user/%2F%C3%A9"),
            ("http://example.com/é?q=ü", "http://example.com/%C3%A9?q=%C3%BC"),
            ("http://example.com/a/%2e%2e/b", "http://example.com/b"),
            ("http://example.com?q", "http://example.com/?q"),
            ("http://[::1]:8080/", "http://[::1]:8080/"),
            (" http://example.com/\n", "http://example.com/"),
        ]
    )
    func spelling(_ text: String, _ expected: String) throws {
        #expect(WebAddress(text)?.description == expected)
    }

    @Test(
        "a link is resolved against its page, as RFC 3986 §5.4 has it",
        arguments: [
            ("g", "http://a/b/c/g"),
            ("./g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y#s", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("..", "http://a/b/"),
            ("../../../g", "http://a/g"),
            ("https://other/x", "https://other/x"),
        ]
    )
    func links(_ link: String, _ expected: String) throws {
        let page = try #require(WebAddress("http://a/b/c/d;p?q"))
        #expect(WebAddress(link, relativeTo: page)?.description == expected)
    }

    @Test(
        "what is no page on the web is none",
        arguments: [
            "mailto:ada@example.com", "javascript:void(0)", "ftp://example.com/", "/a", "",
            "http://", "http://ada:secret@example.com/",
        ]
    )
    func nonsense(_ text: String) {
        #expect(WebAddress(text) == nil)
    }
}

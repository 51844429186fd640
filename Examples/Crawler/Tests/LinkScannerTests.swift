import TestSupport
import Testing

@testable import Crawler

@Suite("Links in HTML")
struct LinkScannerTests {
    private func links(_ html: String) throws -> [String] {
        let page = try #require(WebAddress("http://a/dir/page"))
        return LinkScanner.links(in: Array(html.utf8), at: page).map(\.description)
    }

    @Test(
        "a link is found however it is written",
        arguments: [
            "<a href=\"x\">", "<A HREF='x'>", "<a href=x>", "<a\n class=b\thref = \"x\" >",
            "<a title=\"a > b\" href=x>", "<a/href=x>", "<a href=\" x \">", "<area href=x/../x>",
            "<p<a href=x>><a href=x>", "<a href=y&#x2F;..&#47;x>",
        ]
    )
    func spellings(_ html: String) throws {
        #expect(try links(html) == ["http://a/dir/x"])
    }

    @Test(
        "what only looks like a link is none",
        arguments: [
            "<!-- <a href=x> -->", "<script>\"<a href=x>\"</script>", "<style><a href=x></STYLE>",
            "<title><a href=x>", "<abbr href=x>", "<a data-href=x>", "a href=x", "<link href=x>",
            "<a>href=x", "< a href=x>", "<a href>", "<a href=x", "<a href=\"x", "<a href=x ",
        ]
    )
    func noLinks(_ html: String) throws {
        #expect(try links(html) == [])
    }

    @Test("links are resolved against <base>, and each is given once")
    func base() throws {
        let html = "<base href=/other/><a href=x?a=1&amp;b=2><a href=./x?a=1&b=2#end><a href=//b/>"
        #expect(try links(html) == ["http://a/other/x?a=1&b=2", "http://b/"])
    }

    @Test("a page has a limit of links")
    func limit() throws {
        let html = (0..<LinkScanner.linkLimit + 5).map { "<a href=\($0)>" }.joined()
        #expect(try links(html).count == LinkScanner.linkLimit)
    }

    @Test("no page of random pieces crashes the scanner")
    func fuzz() throws {
        let pieces = [
            "<", ">", "a", "<a ", "href", "=", "\"", "'", "/", "<!--", "-->", "<script", "</script",
            " ", "&", "&#x110000;", "&#38;", "\u{0}", "é", "base",
        ]
        var random = SplitMix(seed: 0x5EED)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...20, using: &random)
            let html = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
            _ = try links(html)
        }
    }
}

import HTTPTypes
import MartletHTTP
import Testing

@Suite("Content negotiation")
struct NegotiationTests {
    private func request(_ name: HTTPField.Name, _ value: String?) -> Request {
        var request = Request(.get, "/")
        request.headers[name] = value
        return request
    }

    @Test("the most specific range decides, as in the example of RFC 9110 §12.5.1")
    func specificity() {
        let accept = Accept([
            .accept: "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, "
                + "text/plain;format=fixed;q=0.4, */*;q=0.5"
        ])
        #expect(accept.weight(of: "text/plain;format=flowed") == 1000)
        #expect(accept.weight(of: "text/plain") == 700)
        #expect(accept.weight(of: "text/html") == 300)
        #expect(accept.weight(of: "image/jpeg") == 500)
        #expect(accept.weight(of: "text/plain;format=fixed") == 400)
        #expect(accept.weight(of: "text/html;level=3") == 300)
    }

    @Test(
        "the most welcome offer is chosen, the server's first of equals",
        arguments: [
            (nil, "application/json"), ("", "application/json"), ("*/*", "application/json"),
            ("text/html", "text/html"), ("text/html, application/json", "application/json"),
            ("application/json;q=0.9, text/html", "text/html"), ("text/*", "text/html"),
            ("TEXT/HTML", "text/html"), ("*/*, application/json;q=0", "text/html"),
            ("image/png", nil), ("*/*;q=0", nil), ("text/html;q=0, image/png", nil),
        ] as [(String?, String?)]
    )
    func mediaTypes(accept: String?, expected: String?) {
        let preferred = request(.accept, accept)
            .preferredMediaType(of: ["application/json", "text/html"])
        #expect(preferred?.description == expected)
    }

    @Test(
        "broken elements are left out and a field of nothing else counts as absent",
        arguments: [
            "text", "*/html", "a/b;q=2", "a/b;q=1.001", "a/b;q=0.1234", "a/b;q=.5", "a/b;q=-1",
            "a/b;q=", "a/b c", "a/b;x=\"y", ",,;,",
        ]
    )
    func brokenElements(element: String) {
        #expect(Accept([.accept: element]).weight(of: "c/d") == 1000)
        guard !element.contains("\"") else { return }
        let accept = Accept([.accept: "\(element), c/d;q=0.123"])
        #expect(accept.weight(of: "c/d") == 123)
        #expect(accept.weight(of: "a/b") == 0)
    }

    @Test("a comma in a quoted parameter does not end the element")
    func quotedComma() {
        let accept = Accept([.accept: "a/b;x=\"1, c/d;q=1\";q=0.2, e/f;q=0.3"])
        #expect(accept.weight(of: "a/b;x=\"1, c/d;q=1\"") == 200)
        #expect(accept.weight(of: "c/d") == 0)
        #expect(accept.weight(of: "e/f") == 300)
    }

    @Test("no more than 64 elements are read")
    func elementLimit() {
        let fillers = (0..<63).map { "x/y\($0)" }.joined(separator: ",")
        #expect(Accept([.accept: "\(fillers), a/b"]).weight(of: "a/b") == 1000)
        #expect(Accept([.accept: "\(fillers), x/z, a/b"]).weight(of: "a/b") == 0)
    }

    @Test("406 names what is available")
    func notAcceptable() throws {
        let request = request(.accept, "image/png")
        let error = #expect(throws: HTTPError.self) {
            try request.requireMediaType(of: [.json, .html])
        }
        #expect(error?.status == .notAcceptable)
        #expect(error?.detail?.contains("application/json, text/html") == true)
        #expect(error?.headers[.vary] == "Accept")
        #expect(try request.requireMediaType(of: ["image/png"]) == "image/png")
    }

    @Test(
        "the content coding is the client's favourite among the server's",
        arguments: [
            (nil, nil), ("", nil), ("identity", nil), ("br", nil), ("gzip;q=0", nil),
            ("gzip", "gzip"), ("GZIP", "gzip"), ("x-gzip", "gzip"), ("deflate, gzip", "gzip"),
            ("gzip;q=0.5, deflate;q=0.8", "deflate"), ("*", "gzip"), ("gzip;q=0, *", "deflate"),
            ("identity, gzip;q=0.5", nil), ("identity;q=0.5, gzip;q=0.5", "gzip"),
            ("gzip;q=0.001", "gzip"), ("identity;q=0, deflate;q=0.1", "deflate"),
        ] as [(String?, String?)]
    )
    func codings(field: String?, expected: String?) {
        let encoding = AcceptEncoding(request(.acceptEncoding, field).headers)
        #expect(encoding.preferred(of: ["gzip", "deflate"]) == expected)
    }

    @Test("identity is acceptable unless it is excluded by name or by the asterisk")
    func identity() {
        #expect(AcceptEncoding([:]).weight(of: "identity") > 0)
        #expect(AcceptEncoding([.acceptEncoding: "gzip"]).weight(of: "identity") > 0)
        #expect(AcceptEncoding([.acceptEncoding: "*;q=0"]).weight(of: "identity") == 0)
        #expect(AcceptEncoding([.acceptEncoding: "identity;q=0"]).weight(of: "identity") == 0)
        #expect(AcceptEncoding([.acceptEncoding: "*;q=0, identity"]).weight(of: "identity") == 1000)
    }

    @Test(
        "the language is chosen by the longest range that matches",
        arguments: [
            (nil, "en"), ("de", "de-CH"), ("de-CH, en", "en"), ("de-ch, en;q=0.9", "de-CH"),
            ("fr", nil), ("fr, *;q=0.1", "en"), ("*, en;q=0", "de-CH"), ("d", nil),
            ("en;q=0.5, de;q=0.6, de-CH;q=0.1", "en"),
        ] as [(String?, String?)]
    )
    func languages(field: String?, expected: String?) {
        #expect(request(.acceptLanguage, field).preferredLanguage(of: ["en", "de-CH"]) == expected)
    }
}

import HTTPTypes
import MartletHTTP
import NIOCore
import Testing

@Suite struct HTTPErrorResponseTests {
    private func text(_ response: Response) -> String {
        response.body.whole.map { String(buffer: $0) } ?? ""
    }

    @Test("an error with everything renders every member of RFC 9457")
    func everything() {
        let error = HTTPError(
            .unprocessableContent,
            detail: "Two fields are \"wrong\".",
            type: "https://example.com/invalid",
            title: "Invalid",
            headers: [.retryAfter: "3"],
            fields: [.init("items[0].quantity", "is\nnegative"), .init("name", "is \\ empty")]
        )
        let response = error.response()
        #expect(response.status == .unprocessableContent)
        #expect(response.headers[.contentType] == "application/problem+json")
        #expect(response.headers[.cacheControl] == "no-store")
        #expect(response.headers[.retryAfter] == "3")
        #expect(
            text(response) == #"{"type":"https://example.com/invalid","title":"Invalid","#
                + #""status":422,"detail":"Two fields are \"wrong\".","#
                + #""errors":[{"field":"items[0].quantity","reason":"is\nnegative"},"#
                + #"{"field":"name","reason":"is \\ empty"}]}"#
        )
    }

    @Test("a bare error says its status and nothing of its cause")
    func bare() {
        struct Secret: Error {}
        let response = HTTPError(.internalServerError, cause: Secret()).response()
        #expect(text(response) == #"{"title":"Internal Server Error","status":500}"#)
    }

    @Test("every control character is escaped")
    func controls() {
        let every = String(String.UnicodeScalarView((0..<0x20).compactMap(Unicode.Scalar.init)))
        let expected =
            #"{"title":"Bad Request","status":400,"detail":""#
            + #"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#
            + #"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b"#
            + #"\u001c\u001d\u001e\u001f"}"#
        #expect(text(HTTPError(.badRequest, detail: every).response()) == expected)
    }

    @Test("a route may return text, a status, nothing or an error")
    func convertible() throws {
        let request = Request(.get, "/")
        #expect(text("hello".response(to: request)) == "hello")
        #expect(HTTPResponse.Status.noContent.response(to: request).status == .noContent)
        #expect(try Optional("there").response(to: request).status == .ok)
        #expect(throws: HTTPError.self) { try String?.none.response(to: request) }
        #expect(HTTPError(.gone).response(to: request).status == .gone)
    }
}

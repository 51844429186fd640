import HTTPTypes
import MartletCore
import MartletHTTP
import Testing

@Suite struct SecurityHeadersTests {
    @Test("a response gets every field, and those that it has stay")
    func fields() async throws {
        let response = try await SecurityHeaders().answer(Request(.get, "/")) { _, _ in
            Response(.ok, headers: [.xFrameOptions: "SAMEORIGIN"])
        }
        #expect(response.headers[.xContentTypeOptions] == "nosniff")
        #expect(
            response.headers[.contentSecurityPolicy]
                == "default-src 'none'; frame-ancestors 'none'"
        )
        #expect(response.headers.values(of: .xFrameOptions) == ["SAMEORIGIN"])
        #expect(response.headers[.referrerPolicy] == "no-referrer")
        #expect(response.headers[.permissionsPolicy]?.contains("camera=()") == true)
        #expect(response.headers[.crossOriginOpenerPolicy] == "same-origin")
        #expect(response.headers[.crossOriginResourcePolicy] == nil)
    }

    @Test("transport security is demanded over TLS only")
    func transportSecurity() async throws {
        for (url, expected) in [("https://a/", "max-age=31536000"), ("http://a/", nil)] {
            let response = try await SecurityHeaders().answer(Request(.get, url)) { _, _ in
                Response(.ok)
            }
            #expect(response.headers[.strictTransportSecurity] == expected)
        }
    }

    @Test("an HTTP error gets the fields too")
    func errors() async {
        let error = await #expect(throws: HTTPError.self) {
            try await SecurityHeaders().answer(Request(.get, "/")) { _, _ in
                throw HTTPError(.notFound)
            }
        }
        #expect(error?.headers[.xContentTypeOptions] == "nosniff")
    }

    @Test("a field can be left out or changed")
    func configuration() async throws {
        let layer = SecurityHeaders(.init(frameOptions: nil, resourcePolicy: "same-site"))
        let response = try await layer.answer(Request(.get, "/")) { _, _ in Response(.ok) }
        #expect(response.headers[.xFrameOptions] == nil)
        #expect(response.headers[.crossOriginResourcePolicy] == "same-site")
    }
}

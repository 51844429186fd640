import HTTPTypes
import MartletHTTP
import Testing

@Suite struct CookiesTests {
    @Test("the cookies of a request keep their order, and what is no cookie is skipped")
    func reading() {
        let cookies = Cookies(#"a=1; b = 2 ;c; =d; e=f=g;; a=3; q="x y"; n="#)
        #expect(cookies.map(\.name) == ["a", "b", "e", "a", "q", "n"])
        #expect(cookies.map(\.value) == ["1", "2", "f=g", "3", #""x y""#, ""])
        #expect(cookies["a"] == "1")
        #expect(cookies.values(of: "a") == ["1", "3"])
        #expect(cookies["A"] == nil)
        #expect(cookies.count == 6)
    }

    @Test("several Cookie fields are read as one")
    func severalFields() {
        var request = Request(.get, "/")
        #expect(request.cookies.count == 0)
        request.headers.append("a=1", for: .cookie)
        request.headers.append("b=2", for: .cookie)
        #expect(request.cookies["a"] == "1")
        #expect(request.cookies["b"] == "2")
    }

    @Test("a cookie is cautious unless told otherwise")
    func defaults() throws {
        #expect(
            try SetCookie("id", "x").headerValue() == "id=x; Path=/; Secure; HttpOnly; SameSite=Lax"
        )
    }

    @Test("every attribute is written")
    func attributes() throws {
        let cookie = SetCookie(
            "id",
            "\"v\"",
            path: "/a",
            domain: "example.com",
            maxAge: .milliseconds(90_500),
            expires: 784_111_777,
            isHTTPOnly: false,
            sameSite: SetCookie.SameSite.none,
            isPartitioned: true
        )
        #expect(
            try cookie.headerValue() == #"id="v"; Path=/a; Domain=example.com; Max-Age=90; "#
                + "Expires=Sun, 06 Nov 1994 08:49:37 GMT; Secure; SameSite=None; Partitioned"
        )
        let bare = SetCookie("a", "", path: nil, isSecure: false, isHTTPOnly: false, sameSite: nil)
        #expect(try bare.headerValue() == "a=")
    }

    @Test(
        "a cookie that a browser would refuse is an error",
        arguments: [
            SetCookie("", "x"), SetCookie("a b", "x"), SetCookie("a=", "x"), SetCookie("a", "x;y"),
            SetCookie("a", "x y"), SetCookie("a", "x,y"), SetCookie("a", "x\\y"),
            SetCookie("a", "x\r\ny"), SetCookie("a", "é"), SetCookie("a", "\"x"),
            SetCookie("a", String(repeating: "x", count: 4_096)),
            SetCookie("a", "x", path: "/;b"), SetCookie("a", "x", path: "b"),
            SetCookie("a", "x", path: ""), SetCookie("a", "x", domain: "a\nb"),
            SetCookie("a", "x", path: "/" + String(repeating: "x", count: 1_024)),
            SetCookie("a", "x", isSecure: false, sameSite: SetCookie.SameSite.none),
            SetCookie("a", "x", isSecure: false, isPartitioned: true),
            SetCookie("__Secure-a", "x", isSecure: false),
            SetCookie("__secure-a", "x", isSecure: false),
            SetCookie("__Host-a", "x", isSecure: false), SetCookie("__Host-a", "x", path: "/b"),
            SetCookie("__HOST-a", "x", domain: "example.com"),
            SetCookie("__Host-a", "x", path: nil),
            SetCookie("__Http-a", "x", isHTTPOnly: false),
            SetCookie("__Host-Http-a", "x", isHTTPOnly: false),
        ]
    )
    func refused(cookie: SetCookie) {
        #expect(throws: CookieError.self) { try cookie.headerValue() }
    }

    @Test("a cookie as long as browsers keep, and names with prefixes that hold, are written")
    func allowed() throws {
        _ = try SetCookie("a", String(repeating: "x", count: 4_095)).headerValue()
        _ = try SetCookie("__Host-a", "x").headerValue()
        _ = try SetCookie("__Secure-a", "x", path: "/b", domain: "example.com").headerValue()
        _ = try SetCookie("__Host-Http-a", "x").headerValue()
    }

    @Test("a response sets several cookies and removes one")
    func response() throws {
        var response = Response("ok")
        try response.setCookie(SetCookie("a", "1"))
        try response.removeCookie("b")
        #expect(
            response.headers.values(of: .setCookie) == [
                "a=1; Path=/; Secure; HttpOnly; SameSite=Lax",
                "b=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly; "
                    + "SameSite=Lax",
            ]
        )
    }
}

import HTTPTypes

extension Request {
    /// The cookies of the request; none when it has no `Cookie` field.
    ///
    /// Each use reads the field again, so keep the value when several cookies are wanted.
    public var cookies: Cookies {
        Cookies(headers[.cookie] ?? "")
    }
}

extension Response {
    /// Adds a `Set-Cookie` field.
    ///
    /// - Throws: ``CookieError`` when a browser would refuse the cookie or read it as another.
    public mutating func setCookie(_ cookie: SetCookie) throws(CookieError) {
        headers.append(try cookie.headerValue(), for: .setCookie)
    }

    /// Tells the browser to forget a cookie.
    ///
    /// - Parameters:
    ///   - name: The cookie's name.
    ///   - path: The path it was set with.
    ///   - domain: The domain it was set with.
    /// - Throws: ``CookieError`` when there can be no such cookie.
    public mutating func removeCookie(
        _ name: String,
        path: String? = "/",
        domain: String? = nil
    ) throws(CookieError) {
        let cookie = SetCookie(name, "", path: path, domain: domain, maxAge: .zero, expires: 0)
        try setCookie(cookie)
    }
}

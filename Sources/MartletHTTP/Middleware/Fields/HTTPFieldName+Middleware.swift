public import HTTPTypes

extension HTTPField.Name {
    /// `X-Request-ID`: the identifier of a request, from hop to hop.
    public static let xRequestID = HTTPField.Name(known: "X-Request-ID")

    /// `X-Request-Timeout`: how long the caller waits; see ``Deadline`` for its grammar.
    public static let xRequestTimeout = HTTPField.Name(known: "X-Request-Timeout")

    /// `X-Frame-Options`: whether a page may stand in a frame (RFC 7034); newer browsers go by
    /// the `frame-ancestors` of the content security policy.
    public static let xFrameOptions = HTTPField.Name(known: "X-Frame-Options")

    /// `Referrer-Policy`: what a page's links tell of it (W3C Referrer Policy).
    public static let referrerPolicy = HTTPField.Name(known: "Referrer-Policy")

    /// `Permissions-Policy`: which features of the browser a page may use (W3C Permissions Policy).
    public static let permissionsPolicy = HTTPField.Name(known: "Permissions-Policy")

    /// `Cross-Origin-Opener-Policy`: which windows may reach this one (the HTML standard, §7.1.3).
    public static let crossOriginOpenerPolicy = HTTPField.Name(known: "Cross-Origin-Opener-Policy")
}

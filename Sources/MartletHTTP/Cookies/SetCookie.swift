/// A cookie that a response sets (RFC 6265bis §4.1).
///
/// It is cautious unless told otherwise: `Secure`, `HttpOnly`, `SameSite=Lax`, and for the whole
/// site. Browsers take `Secure` cookies over plain HTTP from `localhost` too.
///
/// ```swift
/// try response.setCookie(SetCookie("__Host-session", token, maxAge: .seconds(3_600)))
/// ```
public struct SetCookie: Hashable, Sendable {
    /// To which requests from other sites a browser attaches the cookie.
    public enum SameSite: String, Hashable, Sendable {
        /// Only to requests that the site itself makes.
        case strict = "Strict"
        /// Also when a person follows a link to the site.
        case lax = "Lax"
        /// To all; the cookie must be ``SetCookie/isSecure``.
        case none = "None"
    }

    /// The name: a token (RFC 9110 §5.6.2).
    ///
    /// One that begins with `__Secure-` must be ``isSecure``; with `__Host-` moreover have the
    /// path `/` and no domain; with `__Http-` or `__Host-Http-` be ``isHTTPOnly`` too.
    public var name: String

    /// The value: printable ASCII without spaces, `"`, `,`, `;` and `\`; all of it may stand in
    /// quotation marks.
    ///
    /// Encode anything else, as with Base64.
    public var value: String

    /// The path that the cookie is for; nil for the directory of the request's path.
    public var path: String?

    /// The domain that the cookie is for with all below it; nil for the host alone.
    public var domain: String?

    /// How long the cookie lives, in whole seconds; zero or less removes it.
    ///
    /// Nil for as long as the browser runs, unless ``expires`` is set. Browsers shorten it to 400
    /// days.
    public var maxAge: Duration?

    /// When the cookie ends, in seconds since 1970; ``maxAge`` wins over it.
    public var expires: Int64?

    /// Whether it is sent over TLS only.
    public var isSecure: Bool

    /// Whether scripts are kept from it.
    public var isHTTPOnly: Bool

    /// To which requests from other sites it is attached; nil leaves it to the browser.
    public var sameSite: SameSite?

    /// Whether each top-level site has one of its own; the cookie must be ``isSecure``.
    public var isPartitioned: Bool

    /// Makes a cookie; ``headerValue()`` says whether it is valid.
    public init(
        _ name: String,
        _ value: String,
        path: String? = "/",
        domain: String? = nil,
        maxAge: Duration? = nil,
        expires: Int64? = nil,
        isSecure: Bool = true,
        isHTTPOnly: Bool = true,
        sameSite: SameSite? = .lax,
        isPartitioned: Bool = false
    ) {
        self.name = name
        self.value = value
        self.path = path
        self.domain = domain
        self.maxAge = maxAge
        self.expires = expires
        self.isSecure = isSecure
        self.isHTTPOnly = isHTTPOnly
        self.sameSite = sameSite
        self.isPartitioned = isPartitioned
    }

    /// The value of the `Set-Cookie` field.
    ///
    /// - Throws: ``CookieError`` when a browser would refuse the cookie or read it as another.
    public func headerValue() throws(CookieError) -> String {
        try validate()
        var text = "\(name)=\(value)"
        if let path { text += "; Path=\(path)" }
        if let domain { text += "; Domain=\(domain)" }
        if let maxAge { text += "; Max-Age=\(max(maxAge.components.seconds, 0))" }
        if let expires { text += "; Expires=\(HTTPDate.format(secondsSince1970: expires))" }
        if isSecure { text += "; Secure" }
        if isHTTPOnly { text += "; HttpOnly" }
        if let sameSite { text += "; SameSite=\(sameSite.rawValue)" }
        if isPartitioned { text += "; Partitioned" }
        return text
    }
}

import HTTPTypes
import MartletHTTP

/// The files of the console's page.
enum ConsolePage {
    /// What the page may load: its own files, and nothing from anywhere else.
    static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
        "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    static func html() -> Response {
        response(markup, type: "text/html; charset=utf-8")
    }

    static func css() -> Response {
        response(style, type: "text/css; charset=utf-8")
    }

    static func javaScript() -> Response {
        response(
            [scriptCore, scriptServices, scriptLogs, scriptShop].joined(separator: "\n"),
            type: "text/javascript; charset=utf-8"
        )
    }

    static func icon() -> Response {
        response(iconMarkup, type: "image/svg+xml")
    }

    private static func response(_ text: String, type: String) -> Response {
        let headers: Headers = [
            .contentType: type,
            .contentSecurityPolicy: contentSecurityPolicy,
            .xContentTypeOptions: "nosniff",
            .cacheControl: "no-store",
            HTTPField.Name(known: "Referrer-Policy"): "no-referrer",
            HTTPField.Name(known: "Cross-Origin-Resource-Policy"): "same-origin",
        ]
        return Response(.ok, headers: headers, body: Body(text))
    }
}

extension SecurityHeaders {
    /// What the fields say; nil leaves one out.
    public struct Configuration: Sendable {
        /// `Strict-Transport-Security`, sent over TLS only (RFC 6797 §7.2); a year by default.
        ///
        /// Add `includeSubDomains` when every subdomain speaks TLS. A browser does not forget it
        /// before its time.
        public var strictTransportSecurity: String?

        /// `X-Content-Type-Options`; `nosniff` by default.
        public var contentTypeOptions: String?

        /// `Content-Security-Policy`; by default that of a service without pages: nothing may be
        /// loaded, and nobody may frame it.
        ///
        /// A service with pages needs one of its own.
        public var contentSecurityPolicy: String?

        /// `X-Frame-Options`, for browsers that do not know `frame-ancestors`; `DENY` by default.
        public var frameOptions: String?

        /// `Referrer-Policy`; `no-referrer` by default.
        public var referrerPolicy: String?

        /// `Permissions-Policy`; by default no camera, microphone, place or payment.
        public var permissionsPolicy: String?

        /// `Cross-Origin-Opener-Policy`; `same-origin` by default.
        public var openerPolicy: String?

        /// `Cross-Origin-Resource-Policy`; none by default, as it would keep images and scripts
        /// from pages of other origins.
        public var resourcePolicy: String?

        /// Makes a configuration.
        public init(
            strictTransportSecurity: String? = "max-age=31536000",
            contentTypeOptions: String? = "nosniff",
            contentSecurityPolicy: String? = "default-src 'none'; frame-ancestors 'none'",
            frameOptions: String? = "DENY",
            referrerPolicy: String? = "no-referrer",
            permissionsPolicy: String? = "camera=(), geolocation=(), microphone=(), payment=()",
            openerPolicy: String? = "same-origin",
            resourcePolicy: String? = nil
        ) {
            self.strictTransportSecurity = strictTransportSecurity
            self.contentTypeOptions = contentTypeOptions
            self.contentSecurityPolicy = contentSecurityPolicy
            self.frameOptions = frameOptions
            self.referrerPolicy = referrerPolicy
            self.permissionsPolicy = permissionsPolicy
            self.openerPolicy = openerPolicy
            self.resourcePolicy = resourcePolicy
        }
    }
}

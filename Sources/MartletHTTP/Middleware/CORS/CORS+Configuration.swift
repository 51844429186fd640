public import HTTPTypes

extension CORS {
    /// Which origins may read responses.
    public struct Origins: Sendable {
        package enum Kind: Sendable {
            case any
            case exact(Set<String>)
            case matching(@Sendable (String) -> Bool)
        }

        package let kind: Kind

        /// Every origin; never together with credentials.
        public static var any: Origins { Origins(kind: .any) }

        /// These origins, each as a browser sends it: `https://app.example.com`, with the port
        /// when it is not the scheme's own, without a path.
        public static func exact(_ origins: Set<String>) -> Origins {
            Origins(kind: .exact(origins))
        }

        /// The origins that the closure holds for.
        ///
        /// Compare whole origins or parse them: a test for a suffix lets `evilexample.com` in.
        public static func matching(_ predicate: @escaping @Sendable (String) -> Bool) -> Origins {
            Origins(kind: .matching(predicate))
        }
    }

    /// What other origins may do.
    public struct Configuration: Sendable {
        /// Which origins may read responses; every one by default.
        public var origins: Origins

        /// Whether requests may carry cookies and other credentials; no by default.
        public var allowsCredentials: Bool

        /// The methods that may be used; GET, HEAD, POST, PUT, PATCH and DELETE by default.
        public var methods: [HTTPRequest.Method]

        /// The request fields that may be sent; nil, the default, allows what is asked for.
        public var headers: [HTTPField.Name]?

        /// The response fields that scripts may read, beside the few that they always may.
        public var exposedHeaders: [HTTPField.Name]

        /// How long a browser may remember the answer to a preflight; 10 minutes by default.
        ///
        /// Browsers have limits of their own: Chromium's is 2 hours. Nil sends nothing, which means
        /// 5 seconds.
        public var maximumAge: Duration?

        /// Makes a configuration.
        public init(
            origins: Origins = .any,
            allowsCredentials: Bool = false,
            methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete],
            headers: [HTTPField.Name]? = nil,
            exposedHeaders: [HTTPField.Name] = [.xRequestID],
            maximumAge: Duration? = .seconds(600)
        ) {
            self.origins = origins
            self.allowsCredentials = allowsCredentials
            self.methods = methods
            self.headers = headers
            self.exposedHeaders = exposedHeaders
            self.maximumAge = maximumAge
        }
    }
}

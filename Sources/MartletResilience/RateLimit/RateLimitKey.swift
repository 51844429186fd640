public import MartletCore
public import MartletHTTP

/// What requests are counted by.
public struct RateLimitKey: Sendable {
    /// Feeds what tells callers apart into the hasher; false exempts the request.
    package let feed: @Sendable (Request, CallContext, inout Hasher) -> Bool

    private init(feed: @escaping @Sendable (Request, CallContext, inout Hasher) -> Bool) {
        self.feed = feed
    }

    /// The address of the peer; an IPv6 address counts with its /64, because that is what a
    /// single caller is given (RFC 6177).
    ///
    /// Requests without an address, as on a Unix domain socket, count as one caller.
    public static let client = client(behind: .none)

    /// The address of the client as trusted proxies forward it; see ``client``.
    ///
    /// - Parameter proxies: Whose `X-Forwarded-For` is believed.
    /// - Returns: The key.
    public static func client(behind proxies: TrustedProxies) -> RateLimitKey {
        RateLimitKey { request, _, hasher in
            guard let address = proxies.clientAddress(of: request) else {
                hasher.combine(request.peer?.address)
                return true
            }
            hasher.combine(address.isIPv4 ? address : address.network(prefixLength: 64))
            return true
        }
    }

    /// The route that matched, for all callers together; the path when no router has set one.
    public static let route = RateLimitKey { request, _, hasher in
        if let route = request.route {
            hasher.combine(route)
        } else {
            hasher.combine(request.path)
        }
        return true
    }

    /// The caller's identity; the client's address for a call without one.
    ///
    /// Put the limit inside the authentication middleware, or nobody has an identity yet.
    public static let identity = RateLimitKey { request, context, hasher in
        guard let identity = context.identity else {
            return client.feed(request, context, &hasher)
        }
        hasher.combine(identity.scheme)
        hasher.combine(identity.subject)
        return true
    }

    /// Anything else; a request for which `key` is nil is not limited.
    public static func custom(
        _ key: @escaping @Sendable (Request, CallContext) -> String?
    ) -> RateLimitKey {
        RateLimitKey { request, context, hasher in
            guard let key = key(request, context) else { return false }
            hasher.combine(key)
            return true
        }
    }

    /// This and `other` together, such as each client on each route.
    ///
    /// A request that either exempts is not limited.
    public func and(_ other: RateLimitKey) -> RateLimitKey {
        let first = feed
        let second = other.feed
        return RateLimitKey { request, context, hasher in
            first(request, context, &hasher) && second(request, context, &hasher)
        }
    }
}

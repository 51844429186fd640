import MartletTransport

/// A client's pools on one loop.
// Sound because it is touched on its loop only.
final class ClientLoop: @unchecked Sendable {
    let loop: Loop
    private let configuration: HTTPClient.Configuration
    private var pools: [String: OriginPool] = [:]
    /// The pool used last: most clients have one origin.
    private var last: OriginPool?
    private var isShutDown = false

    /// Pools of origins that are not used any more are looked for when there are more than this.
    private static let sweepThreshold = 256

    init(loop: Loop, configuration: HTTPClient.Configuration) {
        self.loop = loop
        self.configuration = configuration
    }

    /// The pool for a scheme and an authority.
    ///
    /// - Throws: ``HTTPClientError`` when they are no origin, or the client was shut down.
    func pool(scheme: String, authority: String) throws -> OriginPool {
        loop.assertCurrent()
        if let last, last.authority == authority, last.scheme == scheme { return last }
        guard !isShutDown else {
            throw HTTPClientError(.shutDown, "The client was shut down.", isUnsent: true)
        }
        let key = scheme + "://" + authority
        if let known = pools[key] {
            last = known
            return known
        }
        if pools.count >= Self.sweepThreshold {
            pools = pools.filter { !$0.value.isUnused }
        }
        let made = try OriginPool(
            scheme: scheme,
            authority: authority,
            loop: loop,
            configuration: configuration
        )
        pools[key] = made
        last = made
        return made
    }

    func shutDown() {
        isShutDown = true
        last = nil
        for pool in pools.values {
            pool.shutDown()
        }
        pools = [:]
    }
}

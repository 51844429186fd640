import MartletCore

extension CallContext {
    /// The name of the route that serves the call; nil when no router has found one.
    ///
    /// A router that is outside of a layer has named the request; one that is inside has
    /// labelled the call.
    package func route(of request: Request) -> String? {
        if let route = request.route { return route }
        guard let label = scope?.label, label != .unknown else { return nil }
        return label.name
    }
}

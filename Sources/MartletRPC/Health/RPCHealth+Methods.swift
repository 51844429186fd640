import SwiftProtobuf

extension RPCMethods {
    /// Registers `grpc.health.v1.Health`.
    public mutating func register(_ health: RPCHealth) {
        register(HealthMethods(health: health))
    }
}

/// The methods of `grpc.health.v1.Health`.
struct HealthMethods: Grpc_Health_V1_HealthMethods {
    let health: RPCHealth

    func check(
        _ request: Grpc_Health_V1_HealthCheckRequest,
        call: RPCCall
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        guard let status = health.status(of: request.service) else {
            throw RPCError(.notFound, "There is no service '\(request.service.prefix(256))'.")
        }
        return Grpc_Health_V1_HealthCheckResponse(status)
    }

    func list(
        _ request: Grpc_Health_V1_HealthListRequest,
        call: RPCCall
    ) async throws -> Grpc_Health_V1_HealthListResponse {
        let statuses = health.statuses
        guard statuses.count <= RPCHealth.listLimit else {
            throw RPCError(
                .resourceExhausted,
                "There are \(statuses.count) services; the limit is \(RPCHealth.listLimit)."
            )
        }
        return .with { response in
            response.statuses = statuses.mapValues { Grpc_Health_V1_HealthCheckResponse($0) }
        }
    }

    func watch(
        _ request: Grpc_Health_V1_HealthCheckRequest,
        call: RPCCall
    ) async throws -> RPCStream<Grpc_Health_V1_HealthCheckResponse> {
        RPCStream { [health] writer in
            for await status in health.changes(of: request.service) {
                try await writer.write(Grpc_Health_V1_HealthCheckResponse(status))
            }
            try Task.checkCancellation()
            throw RPCError(.unavailable, "The server shuts down.")
        }
    }
}

extension Grpc_Health_V1_HealthCheckResponse {
    fileprivate init(_ status: RPCHealth.Status?) {
        self.init()
        self.status =
            switch status {
            case .serving: .serving
            case .notServing: .notServing
            case nil: .serviceUnknown
            }
    }
}

import MartletHTTP

/// A service config as it is written (grpc/service_config/service_config.proto, as JSON).
struct ServiceConfigDocument: Decodable {
    struct Name: Decodable {
        var service: String?
        var method: String?

        var key: String {
            let service = service ?? ""
            return method.map { "\(service)/\($0)" } ?? service
        }
    }

    struct Method: Decodable {
        var name: [Name]?
        var timeout: WireDuration?
        var waitForReady: Bool?
        var retryPolicy: Retry?
        var hedgingPolicy: Hedging?
    }

    struct Retry: Decodable {
        var maxAttempts: Int
        var initialBackoff: WireDuration
        var maxBackoff: WireDuration
        var backoffMultiplier: Double
        var retryableStatusCodes: [WireCode]
    }

    struct Hedging: Decodable {
        var maxAttempts: Int
        var hedgingDelay: WireDuration?
        var nonFatalStatusCodes: [WireCode]?
    }

    struct Throttling: Decodable {
        var maxTokens: Double
        var tokenRatio: Double
    }

    var methodConfig: [Method]?
    var retryThrottling: Throttling?
}

/// A duration as Protocol Buffers write it in JSON: seconds and an `s`.
struct WireDuration: Decodable {
    let duration: Duration

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), seconds >= 0,
            seconds < 1e9
        else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text)' is not a duration, such as 0.5s"
            )
        }
        duration = .seconds(seconds)
    }
}

/// A status code by its name or its number.
struct WireCode: Decodable {
    let code: RPCStatus.Code

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self), (1...16).contains(number) {
            code = RPCStatus.Code(rawValue: number)
            return
        }
        let name = (try? container.decode(String.self)) ?? ""
        let known = (1...16).map(RPCStatus.Code.init(rawValue:)).first { $0.description == name }
        guard let known else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(name)' is not a status code, such as UNAVAILABLE"
            )
        }
        code = known
    }
}

extension RPCMethodPolicy {
    /// What the JSON of a method says.
    init(_ method: ServiceConfigDocument.Method) throws {
        timeout = method.timeout?.duration
        waitsForReady = method.waitForReady ?? false
        if let retry = method.retryPolicy {
            try Self.check(retry.maxAttempts >= 2, "maxAttempts is less than 2")
            try Self.check(retry.backoffMultiplier >= 1, "backoffMultiplier is less than 1")
            try Self.check(retry.initialBackoff.duration > .zero, "initialBackoff is nothing")
            try Self.check(!retry.retryableStatusCodes.isEmpty, "retryableStatusCodes is empty")
            try Self.check(method.hedgingPolicy == nil, "there is a hedgingPolicy, too")
            attempts = .retry(
                RPCRetryPolicy(
                    maximumAttempts: retry.maxAttempts,
                    initialBackoff: retry.initialBackoff.duration,
                    maximumBackoff: retry.maxBackoff.duration,
                    backoffMultiplier: retry.backoffMultiplier,
                    codes: Set(retry.retryableStatusCodes.map(\.code))
                )
            )
        } else if let hedging = method.hedgingPolicy {
            try Self.check(hedging.maxAttempts >= 2, "maxAttempts is less than 2")
            attempts = .hedge(
                RPCHedgingPolicy(
                    maximumAttempts: hedging.maxAttempts,
                    delay: hedging.hedgingDelay?.duration ?? .zero,
                    nonFatalCodes: Set((hedging.nonFatalStatusCodes ?? []).map(\.code))
                )
            )
        }
    }

    private static func check(_ isGood: Bool, _ problem: String) throws {
        guard isGood else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: [],
                    debugDescription: "A method's policy is wrong: \(problem)."
                )
            )
        }
    }
}

import Martlet
import Testing

@Suite("Service settings")
struct ServiceSettingsTests {
    private func settings(_ arguments: String...) throws -> ServiceSettings {
        let configuration = ServiceConfiguration(arguments: arguments, environment: [:])
        let settings = try ServiceSettings(configuration)
        try configuration.refuseUnknownKeys()
        return settings
    }

    @Test("every limit has the name of its field")
    func limits() throws {
        let sizes: [(String, KeyPath<HTTPLimits, Int>)] = [
            ("request-line-size", \.requestLineSize), ("header-count", \.headerCount),
            ("header-size", \.headerSize), ("body-size", \.bodySize),
            ("whole-body-size", \.wholeBodySize), ("body-buffer-size", \.bodyBufferSize),
            ("chunk-line-size", \.chunkLineSize), ("chunk-excess-size", \.chunkExcessSize),
            ("pipelined-size", \.pipelinedSize), ("connections", \.connections),
        ]
        for (name, limit) in sizes {
            #expect(try settings("--limits-\(name)=77").limits[keyPath: limit] == 77)
            #expect(try settings().limits[keyPath: limit] == HTTPLimits()[keyPath: limit])
            #expect(throws: ConfigurationError.self) { try settings("--limits-\(name)=0") }
        }
        let times: [(String, KeyPath<HTTPLimits, Duration>)] = [
            ("head-timeout", \.headTimeout), ("body-idle-timeout", \.bodyIdleTimeout),
            ("keep-alive-timeout", \.keepAliveTimeout),
            ("write-stall-timeout", \.writeStallTimeout),
            ("framing-timeout", \.framingTimeout), ("half-close-grace", \.halfCloseGrace),
        ]
        for (name, limit) in times {
            #expect(try settings("--limits-\(name)=77s").limits[keyPath: limit] == .seconds(77))
            #expect(throws: ConfigurationError.self) { try settings("--limits-\(name)=0s") }
        }
    }

    @Test("TLS needs a certificate and its key")
    func tls() throws {
        #expect(try settings().certificates == nil)
        let both = try settings("--tls-certificate=c.pem", "--tls-key=k.pem", "--tls-clients=a.pem")
        #expect(both.certificates?.certificate == "c.pem")
        #expect(both.certificates?.key == "k.pem")
        #expect(both.certificates?.clients == "a.pem")
        for lonely in ["--tls-certificate=c.pem", "--tls-key=k.pem", "--tls-clients=a.pem"] {
            let error = #expect(throws: ConfigurationError.self) { try settings(lonely) }
            #expect(error?.code == .missingValue)
        }
    }
}

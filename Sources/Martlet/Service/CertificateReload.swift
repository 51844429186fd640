import Logging
import MartletTransport
import ServiceLifecycle
import UnixSignals

/// Reads the certificate again at every SIGHUP, for the connections to come.
struct CertificateReload: ServiceLifecycle.Service {
    let tls: ServerTLS
    let files: CertificateFiles
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            do {
                let files = files
                try tls.reload(try await offLoop("certificate") { try files.credential() })
                logger.notice("Read the certificate again.")
            } catch {
                logger.error("Keeping the old certificate: \(error)")
            }
        }
    }
}

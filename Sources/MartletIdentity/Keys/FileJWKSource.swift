// FoundationEssentials: reads the file; no package of the field reads files without Foundation.
import FoundationEssentials
public import Logging
public import MartletCore
import MartletTransport
import NIOCore

/// Keys in a file: a JWK set, read again when it is used and a while has passed.
///
/// A file that has gone or is broken keeps the keys that were read before. Replace it by renaming
/// another over it, so that nobody reads half of it.
public struct FileJWKSource: JWKSource {
    /// The most bytes of a file: 1 MiB.
    public static let maximumSize = 1 << 20

    private let cache: KeyCache

    /// Makes a source; the file is read with the first token.
    ///
    /// - Parameters:
    ///   - path: Where the file is.
    ///   - refreshInterval: How old keys get before the file is read again; 30 s by default.
    ///   - logger: Where failures go.
    ///   - clock: What tells the time.
    public init(
        path: String,
        refreshInterval: Duration = .seconds(30),
        logger: Logger = Logger(label: "martlet.identity.keys"),
        clock: any MonotonicClock = ContinuousClock()
    ) {
        let pace = KeyCache.Pace(refreshInterval: refreshInterval, cooldown: .seconds(1))
        cache = KeyCache(pace, clock: clock, logger: logger) {
            try await offLoop("read the keys of \(path)") { try Self.read(path) }
        }
    }

    /// The keys.
    public func keys() async throws -> KeySet {
        try await cache.keys()
    }

    /// The keys, the file read again when that is at least a second ago.
    public func keys(after known: KeySet) async throws -> KeySet {
        try await cache.keys(after: known)
    }

    private static func read(_ path: String) throws -> ByteBuffer {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let size = (attributes[.size] as? UInt64) ?? 0
        guard size <= maximumSize else {
            throw KeyError("The file '\(path)' is longer than \(maximumSize) bytes.")
        }
        return ByteBuffer(bytes: try Data(contentsOf: URL(filePath: path)))
    }
}

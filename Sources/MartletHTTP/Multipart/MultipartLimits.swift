/// What a multipart body may contain at most.
public struct MultipartLimits: Hashable, Sendable {
    /// The most parts; 100 by default.
    public var parts = 100

    /// The most bytes of a part's header fields with the line before them; 8 KiB by default.
    public var headerSize = 8 * 1024

    /// The most header fields of a part; 16 by default.
    public var headerCount = 16

    /// The most bytes of a part's content; 16 MiB by default.
    public var partSize = 16 * 1024 * 1024

    /// The most bytes of the whole body, delimiters and all; 32 MiB by default.
    public var totalSize = 32 * 1024 * 1024

    /// Makes the default limits.
    public init() {}
}

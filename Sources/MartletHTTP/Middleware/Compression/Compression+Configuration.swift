extension Compression {
    /// What is compressed, and how.
    public struct Configuration: Sendable {
        /// From 1, fast, to 9, small; 5 by default.
        ///
        /// On typical JSON, 5 takes about two thirds of the time of zlib's own default, 6, and
        /// makes content that is one per cent longer.
        public var level: Int

        /// The fewest bytes that are compressed, when the length is known; 1 KiB by default.
        ///
        /// Shorter content fits one packet either way.
        public var minimumLength: Int

        /// Whether a response that sets cookies is left as it is; yes by default.
        ///
        /// Such a response usually belongs to a session, and often holds secrets; see BREACH in
        /// ``Compression``.
        public var skipsResponsesThatSetCookies: Bool

        /// Says which media types to compress, given a `Content-Type` value.
        ///
        /// By default text, JSON, XML, JavaScript, WebAssembly, SVG and uncompressed fonts.
        public var isCompressible: @Sendable (String) -> Bool

        /// Makes a configuration.
        public init(
            level: Int = 5,
            minimumLength: Int = 1_024,
            skipsResponsesThatSetCookies: Bool = true,
            isCompressible: (@Sendable (String) -> Bool)? = nil
        ) {
            precondition((1...9).contains(level), "a compression level lies between 1 and 9")
            precondition(minimumLength >= 0, "a length is not negative")
            self.level = level
            self.minimumLength = minimumLength
            self.skipsResponsesThatSetCookies = skipsResponsesThatSetCookies
            self.isCompressible = isCompressible ?? { CompressibleTypes.contains($0) }
        }
    }
}

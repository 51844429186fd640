/// How large frames may be.
public enum FrameLimit: Sendable {
    /// The largest frame unless a codec is told otherwise: 64 KiB.
    ///
    /// That is what Go's `bufio.Scanner` takes; it bounds what a peer can make each of thousands
    /// of connections hold. Protocols with larger messages set their own.
    public static let standard = 65_536

    /// The largest that can be asked for: what a buffer can hold with room to spare.
    public static let highest = 0x7FFF_FF00

    static func check(_ maximum: Int) {
        precondition(maximum > 0, "a limit of nothing would refuse every frame")
        precondition(maximum <= highest, "a buffer holds no frame of more than 2 GiB")
    }

    static func tooLarge(_ size: some BinaryInteger, maximum: Int) -> FramingError {
        FramingError(.tooLarge, "A frame of \(size) bytes is over the limit of \(maximum).")
    }

    static func noEnd(maximum: Int) -> FramingError {
        FramingError(.tooLarge, "A frame did not end within the limit of \(maximum) bytes.")
    }
}

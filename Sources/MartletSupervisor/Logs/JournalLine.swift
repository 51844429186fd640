import Glibc

/// One line of the journal.
package struct JournalLine: Hashable, Sendable {
    /// Who wrote it.
    package enum Origin: String, Hashable, Sendable {
        /// The service, to its standard output.
        case standardOutput = "out"
        /// The service, to its standard error.
        case standardError = "err"
        /// `martlet up`, about the service.
        case supervisor = "martlet"
    }

    /// Counts the lines of all services from 1; a gap means that lines were dropped.
    package var sequence: UInt64
    /// Milliseconds since 1970, for people to read.
    package var time: Int64
    /// The service that wrote it or that it is about.
    package var service: String
    /// Who wrote it.
    package var origin: Origin
    /// The line, without its end.
    package var text: String

    package init(
        sequence: UInt64,
        time: Int64,
        service: String,
        origin: Origin,
        text: String
    ) {
        self.sequence = sequence
        self.time = time
        self.service = service
        self.origin = origin
        self.text = text
    }

    /// Milliseconds since 1970.
    static func wallClock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// What one exchange with a server says about the two clocks (RFC 4330 §5).
///
/// The client sends at `T1` by its clock. The server receives at `T2` and answers at `T3` by its
/// own, and the answer arrives at `T4`:
///
///     delay  = (T4 − T1) − (T3 − T2)
///     offset = ((T2 − T1) + (T3 − T4)) / 2
///
/// The offset is exact if both ways take equally long. It is wrong by half the delay at most.
struct TimeSample: Equatable, Sendable {
    /// How far the server's clock is ahead of the client's.
    let offset: Duration
    /// How long the request and the answer took on their ways together.
    let delay: Duration

    init(sent: NTPTimestamp, answer: NTPPacket, arrived: NTPTimestamp) {
        let there = answer.receive.since(sent)
        let back = answer.transmit.since(arrived)
        offset = (there + back) / 2
        delay = arrived.since(sent) - answer.transmit.since(answer.receive)
    }
}

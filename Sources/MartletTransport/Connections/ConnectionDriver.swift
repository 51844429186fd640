package import NIOCore

/// What a protocol does with the bytes of one connection.
///
/// Every method is called on the connection's event loop, inside a turn of it: what is written is
/// gathered, and leaves when the turn ends.
package protocol ConnectionDriver: AnyObject {
    /// The connection exists; its TLS handshake is still to come.
    ///
    /// Nothing may be written yet.
    func attached(_ connection: Connection)
    /// The connection is ready: connected, and its TLS handshake is done.
    func opened(_ connection: Connection)
    /// Bytes have arrived; never empty.
    func received(_ bytes: ByteBuffer)
    /// The peer will send no more; it may still read.
    func inputEnded()
    /// The peer reads again after it did not keep up, or the other way round.
    func writabilityChanged()
    /// Everything is over.
    ///
    /// Nothing is called after this, and nothing may be written.
    func closed(_ error: (any Error)?)
    /// Finish what is in flight and close.
    func drain()
}

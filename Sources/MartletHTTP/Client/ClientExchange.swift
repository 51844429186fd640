import HTTPTypes
import NIOCore

/// A request on a client's connection and the response to it.
struct ClientExchange {
    /// Counts a connection's exchanges, so that what comes too late can be told apart.
    var number: UInt64 = 0
    /// Who waits for the head.
    var waiter: ExchangeWaiter?
    /// The response's body while it arrives.
    var incoming: IncomingBody?
    /// Sends the request's body, when it streams.
    var sender: Task<Void, Never>?
    var isSending = false
    var isChunkedRequest = false
    /// The bytes of body that the request has promised, when it has.
    var bytesLeft: Int?
    var trailers: Headers?
    var keepsAlive = false
    var isReadingHeld = false
    var bodyWait = BodyWait()
    /// Whether anything of the response has come.
    var hasResponse = false
    /// Whether the response is not complete.
    var isAwaitingResponse: Bool { waiter != nil || incoming != nil }
    /// When the response's head must have come.
    var deadline: ContinuousClock.Instant?
}

import MartletTransport

/// A connection of a client, whatever its protocol: takes requests and brings their responses.
///
/// It is touched on its loop only.
protocol ExchangeCarrier: AnyObject, Sendable {
    var loop: Loop { get }

    /// Whether it carries many exchanges at once.
    var isShared: Bool { get }

    /// Sends a request and waits for the head of its response.
    ///
    /// - Throws: ``HTTPClientError``; `CancellationError`.
    func send(_ request: Request, deadline: ContinuousClock.Instant) async throws -> Response

    /// Sends a request whose body is whole, and has `receiver` told of the response's head.
    ///
    /// Which task calls it, if any does, has nothing to do with the exchange.
    func begin(
        _ request: Request,
        deadline: ContinuousClock.Instant,
        receiver: any ResponseReceiver
    ) -> ExchangeTicket

    /// Ends an exchange whose head has not come, with a `CancellationError`.
    func cancelExchange(_ number: UInt64)
}

/// An exchange that is under way without a task.
package struct ExchangeTicket {
    let carrier: any ExchangeCarrier
    let number: UInt64

    /// Ends the exchange, unless its response has come, with a `CancellationError`.
    ///
    /// Called on the exchange's loop.
    func cancel() {
        carrier.loop.turn { carrier.cancelExchange(number) }
    }
}

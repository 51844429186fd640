package import MartletCore
import MartletTransport

/// Who has a call that is answered without a task: a connection of HTTP/1.1, or a stream of HTTP/2.
///
/// Called on its loop, in a turn of it.
protocol RelayingCall: AnyObject, Sendable {
    var loop: Loop { get }

    /// The call is answered.
    func relayEnded(_ result: Result<Response, any Error>, number: UInt64)

    /// The call needs a task after all.
    ///
    /// - Returns: Whether it gets one; not when nobody waits for the answer any more.
    func startRelayTask(_ work: TaskWork, number: UInt64) -> Bool
}

/// A server's call that is answered without a task.
///
/// Told the answer with ``finish(_:)``, or that a task is needed after all with
/// ``continueInTask(_:_:context:)``; either takes effect when the loop's turn ends, so that nobody
/// is called in the middle of something else.
// Sound because it is touched on the loop of its connection only.
package final class RelayedCall: @unchecked Sendable {
    private enum Next {
        case nothing
        case answer(Result<Response, any Error>)
        case task(TaskWork)
    }

    private let owner: any RelayingCall
    private let number: UInt64
    /// The layers to see the call out, the innermost stack first.
    private var layers: [OpenedLayers] = []
    private var next = Next.nothing
    /// What is cancelled when the call is.
    package var ticket: ExchangeTicket?

    /// Makes the call.
    ///
    /// - Parameters:
    ///   - owner: Who is told the answer.
    ///   - number: Tells the owner's calls apart.
    init(_ owner: any RelayingCall, number: UInt64) {
        self.owner = owner
        self.number = number
    }

    /// Answers with a response, or with the response to an error.
    package func finish(_ result: Result<Response, any Error>) {
        next = .answer(result)
        owner.loop.atTurnEnd(self)
    }

    /// Has the call's task, which is made for it, run `handler`.
    package func continueInTask(
        _ handler: any Handler<Request, Response>,
        _ request: Request,
        context: CallContext
    ) {
        let work = RelayContinuation(call: self, handler: handler, context: context)
        next = .task(TaskWork(request: request, handler: work))
        owner.loop.atTurnEnd(self)
    }

    /// Notes layers that see the call out after those that were noted before.
    func open(_ layers: OpenedLayers) {
        self.layers.append(layers)
    }

    /// Calls off what is under way; the answer is then a `CancellationError`.
    func cancel() {
        ticket?.cancel()
    }

    /// The result as the layers leave it.
    fileprivate func closed(_ result: Result<Response, any Error>) -> Result<Response, any Error> {
        let layers = layers
        self.layers = []
        return layers.reduce(result) { $1.close($0) }
    }
}

extension RelayedCall: TurnEndObserver {
    package func turnEnded() {
        var next = Next.nothing
        swap(&next, &self.next)
        switch next {
        case .nothing:
            break
        case .answer(let result):
            owner.relayEnded(closed(result), number: number)
        case .task(let work):
            if !owner.startRelayTask(work, number: number) {
                // Layers that let the call in see it out, whatever becomes of it.
                _ = closed(.failure(CancellationError()))
            }
        }
    }
}

/// What a relayed call's task runs.
private struct RelayContinuation: Handler {
    let call: RelayedCall
    let handler: any Handler<Request, Response>
    let context: CallContext

    func handle(_ request: Request, context _: CallContext) async throws -> Response {
        let result: Result<Response, any Error>
        do {
            result = .success(try await handler.handle(request, context: context))
        } catch {
            result = .failure(error)
        }
        return try call.closed(result).get()
    }
}

/// Layers that have let a call in, and what they need to see it out.
struct OpenedLayers {
    let layers: FusedLayers
    let count: Int
    let request: Request
    let context: CallContext

    func close(_ result: Result<Response, any Error>) -> Result<Response, any Error> {
        switch result {
        case .success(var response):
            layers.close(&response, count, request, context)
            return .success(response)
        case .failure(let error):
            return Result { try layers.recover(from: error, count, request, context) }
        }
    }
}

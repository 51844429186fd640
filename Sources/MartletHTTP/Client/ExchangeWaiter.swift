/// Who waits for the head of a response.
enum ExchangeWaiter {
    /// A task.
    case task(UnsafeContinuation<Response, any Error>)
    /// An object.
    case receiver(any ResponseReceiver)

    func resume(returning response: Response) {
        switch self {
        case .task(let continuation): continuation.resume(returning: response)
        case .receiver(let receiver): receiver.received(.success(response))
        }
    }

    func resume(throwing error: any Error) {
        switch self {
        case .task(let continuation): continuation.resume(throwing: error)
        case .receiver(let receiver): receiver.received(.failure(error))
        }
    }
}

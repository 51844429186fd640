import MartletCore

// MARK: - Calls that are answered without a task

extension HTTP2ServerStream: RelayingCall {
    func relayEnded(_ result: Result<Response, any Error>, number: UInt64) {
        forgetRelay()
        guard connection.streams[id] === self else {
            if case .success(let response) = result { response.body.discard() }
            return
        }
        switch result {
        case .success(let response):
            connection.send(response, on: self)
        case .failure(let error):
            connection.send(connection.core.response(to: error, context: CallContext()), on: self)
        }
    }

    func startRelayTask(_ work: TaskWork, number: UInt64) -> Bool {
        forgetRelay()
        guard connection.streams[id] === self else { return false }
        connection.startTask(self, work)
        return true
    }
}

import HTTPTypes
import MartletCore
import MartletHTTP
import MartletTransport
import NIOCore
import Testing

@Suite("An exchange without a task")
struct TasklessExchangeTests {
    private struct Unsent: Error {}

    private final class Receiver: ResponseReceiver {
        let continuation: CheckedContinuation<Response, any Error>

        init(_ continuation: CheckedContinuation<Response, any Error>) {
            self.continuation = continuation
        }

        func received(_ result: Result<Response, any Error>) {
            continuation.resume(with: result)
        }
    }

    @Test("is not cancelled with the task of an earlier call, in which it may begin")
    func earlierTask() async throws {
        var configuration = HTTPClient.Configuration()
        configuration.redirectLimit = 0
        configuration.decompresses = false
        let loops = EventLoops(count: 1)
        let client = HTTPClient(configuration, loops: loops)
        try await withServer(
            handler: { request, _ in Response(request.target) },
            { base, _ in
                let loop = loops.loops[0]
                let response = try await withTaskExecutorPreference(loop) {
                    // Makes the connection that is used again.
                    _ = try await client.get(base + "/a").body.collect(upTo: 100)
                    return try await withCheckedThrowingContinuation { continuation in
                        withUnsafeCurrentTask { $0?.cancel() }
                        let receiver = Receiver(continuation)
                        let request = Request(.get, base + "/b")
                        let ticket = client.begin(
                            request,
                            context: CallContext(),
                            receiver: receiver
                        )
                        if ticket == nil { continuation.resume(throwing: Unsent()) }
                    }
                }
                #expect(response.body.whole == ByteBuffer(string: "/b"))
            }
        )
        client.shutdown()
        try await loops.shutdown()
    }
}

import HTTPTypes
import InMemoryLogging
import Logging
import MartletCore
import MartletHTTP
import NIOCore
import Testing

@Suite struct ErrorRenderingTests {
    private let handler = InMemoryLogHandler()

    private func answer(_ error: any Error) async throws -> Response {
        var logger = Logger(label: "test") { _ in handler }
        logger.logLevel = .debug
        return try await ErrorRendering(logger: logger).answer(Request(.get, "/a?secret=1")) {
            _,
            _ in throw error
        }
    }

    private func text(_ response: Response) -> String {
        response.body.whole.map { String(buffer: $0) } ?? ""
    }

    @Test("an HTTP error of the client's is rendered as it is and logged for debugging only")
    func clientError() async throws {
        let response = try await answer(HTTPError(.notFound, detail: "There is no user 42."))
        #expect(response.status == .notFound)
        #expect(response.headers[.contentType] == "application/problem+json")
        #expect(text(response).contains("There is no user 42."))
        #expect(handler.entries.map(\.level) == [.debug])
    }

    @Test("an HTTP error of the server's is logged with its cause, which is not shown")
    func serverError() async throws {
        let response = try await answer(HTTPError(.badGateway, cause: UnknownError()))
        #expect(response.status == .badGateway)
        #expect(!text(response).contains("1234"))
        let entry = try #require(handler.entries.first)
        #expect(entry.level == .error)
        #expect(entry.metadata["error"]?.description.contains("1234") == true)
        #expect(entry.metadata["path"] == "/a")
    }

    @Test("an unknown error is logged whole and shown as a bare 500")
    func unknown() async throws {
        let response = try await answer(UnknownError())
        #expect(response.status == .internalServerError)
        #expect(!text(response).contains("1234"))
        #expect(!text(response).contains("detail"))
        #expect(handler.entries.first?.metadata["error"]?.description.contains("1234") == true)
        #expect(handler.entries.first?.metadata["error_type"] == "UnknownError")
    }

    @Test("a cancellation inside of a call that goes on is 503")
    func innerCancellation() async throws {
        let response = try await answer(CancellationError())
        #expect(response.status == .serviceUnavailable)
        #expect(handler.entries.first?.level == .error)
    }

    @Test("a call whose peer has gone is 499 and no error of the server's")
    func peerGone() async throws {
        let response = try await withThrowingTaskGroup(of: Response.self) { group in
            group.cancelAll()
            group.addTask { try await answer(CancellationError()) }
            return try await group.next()
        }
        #expect(response?.status.code == 499)
        #expect(handler.entries.map(\.level) == [.debug])
    }
}

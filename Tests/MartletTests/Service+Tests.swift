import Logging
import Martlet
import NIOCore

extension Service {
    /// A service with default settings that logs nothing.
    static func forTests() -> Service {
        var service = Service("test", configuration: .defaults)
        service.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return service
    }
}

extension Handler where Request == MartletHTTP.Request, Response == MartletHTTP.Response {
    /// The answer to a GET.
    func get(_ target: String) async throws -> Response {
        try await handle(Request(.get, target), context: CallContext())
    }
}

extension Response {
    /// The content of a body that is whole; empty for one that is not.
    var text: String { body.whole.map { String(buffer: $0) } ?? "" }
}

import Foundation
import Martlet

/// What the program can do.
enum StandardWork {
    /// The work for each kind of task.
    static func all(client: HTTPClient = HTTPClient()) -> [String: Worker.Work] {
        [
            "print": { task in try printNow(task.payload) },
            "post": { task in try await post(task, with: client) },
            "fail": { task in throw Failure(reason: task.payload) },
        ]
    }

    private struct Failure: Error, CustomStringConvertible {
        let reason: String
        var description: String { reason }
    }

    /// Prints a line at once: what waits in a buffer when the process is killed is lost, and the
    /// task is done already.
    private static func printNow(_ text: String) throws {
        try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    /// Posts text to a URL: the payload is the URL, a space and the text.
    ///
    /// The receiver may get it twice, so it is told the task's number as `Idempotency-Key`: it
    /// can tell by that.
    private static func post(_ task: QueuedTask, with client: HTTPClient) async throws {
        let parts = task.payload.split(separator: " ", maxSplits: 1).map(String.init)
        guard let url = parts.first else { throw Failure(reason: "There is no URL to post to.") }
        var request = Request(.post, url, body: Body(parts.count == 2 ? parts[1] : ""))
        if let field = HTTPField.Name("Idempotency-Key") {
            request.headers[field] = "task-\(task.id)"
        }
        let response = try await client.send(request)
        response.body.discard()
        guard response.status.kind == .successful else {
            throw Failure(reason: "\(url) answered \(response.status).")
        }
    }
}

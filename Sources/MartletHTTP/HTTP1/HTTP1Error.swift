package import HTTPTypes

/// Why a message is refused: what to answer, and what to say.
///
/// A refused message ends its connection, because nobody can know where the next one begins.
package struct HTTP1Error: Error, Sendable, Hashable {
    /// The status to answer with.
    package let status: HTTPResponse.Status
    /// What is wrong with the message.
    package let reason: String

    package init(_ status: HTTPResponse.Status, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func malformed(_ reason: String) -> HTTP1Error {
        HTTP1Error(.badRequest, reason)
    }
}

extension HTTP1Error: CustomStringConvertible {
    package var description: String { "\(status.code): \(reason)" }
}

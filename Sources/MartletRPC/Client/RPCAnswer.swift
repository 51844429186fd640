/// The answer to a call that has one message, with what came before and after it.
public struct RPCAnswer<Message: Sendable>: Sendable {
    /// The message.
    public let message: Message
    /// What the server sent before it.
    public let initialMetadata: RPCMetadata
    /// What the server sent after it.
    public let trailingMetadata: RPCMetadata
}

extension RPCMessages {
    /// The answer of a call that has one message.
    func answer() async throws -> RPCAnswer<Message> {
        let message = try await only()
        return RPCAnswer(
            message: message,
            initialMetadata: initialMetadata,
            trailingMetadata: trailingMetadata
        )
    }
}

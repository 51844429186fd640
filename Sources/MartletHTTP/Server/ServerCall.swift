import HTTPTypes
import MartletCore
import NIOCore

/// The request that a connection is answering.
struct ServerCall {
    /// Counts the calls of a connection, so that what comes too late can be told apart.
    var number: UInt64 = 0
    /// The request's body while it arrives.
    var incoming: IncomingBody?
    /// Whether bytes of the body are still to come.
    var isBodyPending = false
    /// Whether `100 Continue` is owed before the body is read.
    var owesContinue = false
    /// Whether the connection has stopped reading because the body's reader does not keep up.
    var isReadingHeld = false
    var bodyWait = BodyWait()
    /// The handler's task, once it has suspended.
    var task: Task<Void, Never>?
    /// The call while it is answered without a task.
    var relay: RelayedCall?
    /// Whether the call was cancelled: its peer has gone, or its deadline has come.
    var isCancelled = false
    /// When the task is to be cancelled.
    var deadline: ContinuousClock.Instant?
    /// Whether the task has suspended and the call is still on.
    var isSuspended = false
    /// The address of the suspended task.
    var taskAddress: UInt = 0
    var label = WorkLabel.unknown
    /// Whether the head of the response has been sent and its body has not ended.
    var isStreamingResponse = false
    var isChunkedResponse = false
    /// The bytes of body that the response has promised, when it has.
    var bytesLeft: Int?
    var trailers: Headers?

    // What the response needs to know of the request.
    var isHead = false
    var minorVersion: UInt8 = 1
    var keepsAlive = true
    var asksForUpgrade = false
    var isConnect = false

    /// Makes room for the next call.
    mutating func reset() {
        number += 1
        incoming = nil
        isBodyPending = false
        owesContinue = false
        isReadingHeld = false
        bodyWait.reset()
        task = nil
        relay = nil
        isCancelled = false
        deadline = nil
        isSuspended = false
        taskAddress = 0
        label = .unknown
        isStreamingResponse = false
        isChunkedResponse = false
        bytesLeft = nil
        trailers = nil
        isHead = false
        minorVersion = 1
        keepsAlive = true
        asksForUpgrade = false
        isConnect = false
    }
}

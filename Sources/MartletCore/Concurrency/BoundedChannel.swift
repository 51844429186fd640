import NIOCore
import Synchronization

/// A queue between tasks that holds a bounded number of elements and can be closed.
///
/// What a buffered channel is in Go. Any number of tasks may send and receive; each element goes
/// to one of them, first come first served on both sides. Whoever sends to a full channel waits
/// until there is room, so that a slow consumer holds its producers back. With a capacity of 0
/// each element is handed from sender to receiver.
///
/// A task that is cancelled while it waits leaves the channel: its element was not sent, or the
/// next one goes to another receiver. ``close()`` refuses what comes later and what still waits to
/// be sent; what the channel holds is received first, then every receiver gets nil.
///
/// `AsyncStream` has no backpressure, and swift-async-algorithms' channels hold nothing or have
/// one consumer; use those where that is enough.
///
/// ```swift
/// let jobs = BoundedChannel<Job>(capacity: 100)
/// try await withThrowingDiscardingTaskGroup { group in
///     for _ in 0..<4 {
///         group.addTask { for try await job in jobs { try await job.run() } }
///     }
///     for job in backlog { try await jobs.send(job) }
///     jobs.close()
/// }
/// ```
public final class BoundedChannel<Element: Sendable>: AsyncSequence, Sendable {
    /// How many elements are held.
    public let capacity: Int

    /// How many tasks may wait to send, and how many to receive.
    public let maximumWaiters: Int

    private enum Sent {
        case sent
        case cancelled
        case closed
    }

    private enum Received {
        case element(Element)
        case cancelled
        case closed
    }

    private struct State {
        var elements = CircularBuffer<Element>()
        var senders = WaitQueue<Element, Sent>()
        var receivers = WaitQueue<Void, Received>()
        var isClosed = false

        /// Takes the first element, and lets the first sender fill its place.
        mutating func take() -> (element: Element, sender: Resumption<Sent>?)? {
            let sender = senders.settleFirst(.sent)
            guard let element = elements.popFirst() else {
                return sender.map { ($0.request, $0.resumption) }
            }
            if let sender { elements.append(sender.request) }
            return (element, sender?.resumption)
        }
    }

    private let state = Mutex(State())

    /// Makes a channel.
    ///
    /// - Parameters:
    ///   - capacity: How many elements are held; with 0, none.
    ///   - maximumWaiters: How many tasks may wait to send, and how many to receive; 10,000 unless
    ///     you say otherwise.
    public init(capacity: Int, maximumWaiters: Int = 10_000) {
        precondition(capacity >= 0, "a channel cannot hold fewer elements than none")
        precondition(maximumWaiters >= 0, "a queue cannot be shorter than empty")
        self.capacity = capacity
        self.maximumWaiters = maximumWaiters
    }

    /// How many elements are held.
    public var count: Int { state.withLock { $0.elements.count } }

    /// Whether it has been closed.
    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// How many tasks wait to send.
    public var senderCount: Int { state.withLock { $0.senders.count } }

    /// How many tasks wait to receive.
    public var receiverCount: Int { state.withLock { $0.receivers.count } }

    // MARK: Sending

    /// Sends an element, and waits while there is no room for it.
    ///
    /// - Throws: ``WaitError`` with ``WaitError/Code/closed`` or ``WaitError/Code/queueFull``;
    ///   `CancellationError`. In each case the element was not sent.
    public func send(_ element: Element) async throws {
        guard let waiter = try place(element, waits: true) else { return }
        switch await waiter.outcome(onCancel: { leave(waiter) }) {
        case .sent: return
        case .cancelled: throw CancellationError()
        case .closed: throw Self.closed
        }
    }

    /// Sends an element if there is room for it; never waits.
    ///
    /// - Throws: ``WaitError`` with ``WaitError/Code/closed`` or ``WaitError/Code/queueFull``.
    public func sendNow(_ element: Element) throws {
        _ = try place(element, waits: false)
    }

    /// Places an element (nil) or takes a place in the line of senders.
    private func place(_ element: Element, waits: Bool) throws -> Waiter<Sent>? {
        let (waiter, resumption) = try state.withLock {
            state throws -> (Waiter<Sent>?, Resumption<Received>?) in
            if state.isClosed { throw Self.closed }
            if let settled = state.receivers.settleFirst(.element(element)) {
                return (nil, settled.resumption)
            }
            if state.elements.count < capacity {
                state.elements.append(element)
                return (nil, nil)
            }
            guard waits, state.senders.count < maximumWaiters else {
                throw WaitError(
                    .queueFull,
                    "the channel holds \(capacity) and \(state.senders.count) wait to send"
                )
            }
            return (state.senders.append(element), nil)
        }
        resumption?.resume()
        return waiter
    }

    // MARK: Receiving

    /// Waits for the next element.
    ///
    /// - Returns: An element, or nil when the channel is closed and empty.
    /// - Throws: ``WaitError`` with ``WaitError/Code/queueFull``; `CancellationError`.
    public func receive() async throws -> Element? {
        switch try takeOrWait() {
        case .element(let element, let sender):
            sender?.resume()
            return element
        case .closed:
            return nil
        case .wait(let waiter):
            switch await waiter.outcome(onCancel: { leave(waiter) }) {
            case .element(let element): return element
            case .cancelled: throw CancellationError()
            case .closed: return nil
            }
        }
    }

    /// Takes the next element if there is one; never waits.
    public func receiveNow() -> Element? {
        guard let taken = state.withLock({ $0.take() }) else { return nil }
        taken.sender?.resume()
        return taken.element
    }

    private enum Step {
        case element(Element, sender: Resumption<Sent>?)
        case closed
        case wait(Waiter<Received>)
    }

    private func takeOrWait() throws -> Step {
        try state.withLock { state in
            if let taken = state.take() { return .element(taken.element, sender: taken.sender) }
            if state.isClosed { return .closed }
            guard state.receivers.count < maximumWaiters else {
                throw WaitError(.queueFull, "\(maximumWaiters) wait to receive already")
            }
            return .wait(state.receivers.append(()))
        }
    }

    // MARK: Ending

    /// Takes no more elements; what is held is still received.
    ///
    /// Whoever waits to send is refused with ``WaitError/Code/closed``. Closing again does nothing.
    public func close() {
        let (senders, receivers) = state.withLock { state in
            state.isClosed = true
            // Receivers wait only while nothing is held.
            return (state.senders.settleAll(.closed), state.receivers.settleAll(.closed))
        }
        for sender in senders { sender.resume() }
        for receiver in receivers { receiver.resume() }
    }

    private static var closed: WaitError { WaitError(.closed, "the channel was closed") }

    private func leave(_ waiter: Waiter<Sent>) {
        state.withLock { $0.senders.settle(waiter, .cancelled) }?.resume()
    }

    private func leave(_ waiter: Waiter<Received>) {
        state.withLock { $0.receivers.settle(waiter, .cancelled) }?.resume()
    }

    // MARK: A sequence

    /// Receives until the channel is closed and empty.
    public func makeAsyncIterator() -> Iterator {
        Iterator(channel: self)
    }

    /// Receives from a channel.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let channel: BoundedChannel

        /// The next element, or nil when the channel is closed and empty.
        ///
        /// - Throws: What ``BoundedChannel/receive()`` throws.
        public mutating func next() async throws -> Element? {
            try await channel.receive()
        }
    }
}

import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore

// MARK: - Running the handler

extension ServerConnection: CallScope, RelayingCall {
    /// Runs the handler for a request, on this loop, now.
    func start(_ head: consuming RequestHead, body: consuming Body) {
        if head.asksForUpgrade, upgradeToHTTP2(head, body) { return }
        prepareCall(head)
        let peer = currentPeer()
        let content = head.content
        content.body = body
        content.peer = peer
        content.scheme = peer.isSecure ? "https" : "http"
        phase = .calling
        let number = call.number
        loop.activity.begin()
        switch core.resolve(content, scope: self) {
        case .synchronous(let handler):
            answerNow(Request(content), handler)
        case .asynchronous(let handler):
            shared.starting = TaskWork(request: Request(content), handler: handler)
            startTask(number: number)
        case .relayed(let handler):
            relay(Request(content), handler)
        }
        loop.activity.end()
    }

    /// Has a request passed on, without a task.
    private func relay(_ request: Request, _ handler: any RelayHandler) {
        let relay = RelayedCall(self, number: call.number)
        call.relay = relay
        var context = CallContext()
        context.scope = self
        do {
            try handler.relay(request, context: context, call: relay)
            armDeadline()
        } catch {
            relay.finish(.failure(error))
        }
    }

    func relayEnded(_ result: Result<Response, any Error>, number: UInt64) {
        if number == call.number { call.relay = nil }
        guard number == call.number, !isClosed else {
            if case .success(let response) = result { response.body.discard() }
            return
        }
        switch result {
        case .success(let response): send(response)
        case .failure(let error): send(core.response(to: error, context: CallContext()))
        }
    }

    func startRelayTask(_ work: TaskWork, number: UInt64) -> Bool {
        guard number == call.number else { return false }
        call.relay = nil
        guard !isClosed else { return false }
        shared.starting = work
        startTask(number: number)
        return true
    }

    /// Answers a request whose handler does not suspend: no task is made.
    private func answerNow(
        _ request: Request,
        _ handler: any SynchronousHandler<Request, Response>
    ) {
        var context = CallContext()
        context.scope = self
        let response: Response
        do {
            response = try handler.respond(to: request, context: context)
        } catch {
            response = core.response(to: error, context: context)
        }
        send(response)
    }

    /// Sends an answer that no task waits to send; one that streams gets a task.
    private func send(_ response: Response) {
        if response.upgrade == nil, let body = response.body.whole {
            sendWhole(response, body: body)
            finishCall()
        } else {
            shared.sending = response
            startTask(number: call.number)
        }
    }

    /// Starts the one task that a call may have.
    private func startTask(number: UInt64) {
        let task = Task.immediate(executorPreference: loop) { await self.runTask() }
        let label = loop.activity.currentLabel
        guard call.number == number else { return }
        call.task = task
        if isClosed {
            // It broke while the handler ran for the first time.
            task.cancel()
            return
        }
        call.isSuspended = true
        call.label = label
        // Sound because only the address is kept, to be compared with that of the task's jobs.
        call.taskAddress = unsafeBitCast(task, to: UInt.self)
        loop.activity.suspend(task: call.taskAddress, label: label)
        armDeadline()
    }

    private func prepareCall(_ head: borrowing RequestHead) {
        call.isHead = head.method == .head
        call.isConnect = head.method == .connect
        call.minorVersion = head.minorVersion
        // A client may take any 2xx to a CONNECT for a tunnel (RFC 9110 §9.3.6).
        call.keepsAlive = head.keepsAlive && !call.isConnect
        call.asksForUpgrade = head.asksForUpgrade
    }

    private func currentPeer() -> Peer {
        if let peer { return peer }
        let address = connection?.remoteAddress
        let made = Peer(
            address: address?.ipAddress ?? "unix",
            port: address?.port ?? 0,
            isSecure: connection?.security != nil,
            certificateNames: connection?.security?.peerNames ?? []
        )
        peer = made
        return made
    }

    /// The body of the call's task: handler, then answer.
    private func runTask() async {
        guard let work = shared.starting.take() else {
            await sendInPieces()
            return
        }
        var context = CallContext()
        context.scope = self
        let response: Response
        do {
            response = try await work.handler.handle(work.request, context: context)
        } catch {
            response = core.response(to: error, context: context)
        }
        await answer(response)
    }

    /// Sends an answer that streams, or changes the connection's protocol.
    private func sendInPieces() async {
        guard let response = shared.sending.take() else { return }
        await answerInPieces(response)
    }

    private func answer(_ response: Response) async {
        if loop.isCurrent, response.upgrade == nil, let body = response.body.whole {
            loop.turn {
                sendWhole(response, body: body)
                finishCall()
            }
            return
        }
        await answerInPieces(response)
    }

    /// Ends the call; goes on with the next request or closes.
    func finishCall() {
        if call.isSuspended {
            loop.activity.forget(task: call.taskAddress)
        }
        let isBodyPending = call.isBodyPending
        let keepsAlive = call.keepsAlive && !call.owesContinue
        let incoming = call.incoming
        call.reset()
        deadlineTick = TickTimers.never
        guard !isClosed else { return }
        if isBodyPending {
            incoming?.fail(CancellationError())
        }
        if !keepsAlive || isDraining {
            connection?.resumeReading()
            phase = .lingering
            clearTimeout()
            closesAfterFlush = true
            markDirty()
            return
        }
        if isBodyPending {
            phase = .discardingBody
            setTimeout(core.limits.bodyIdleTimeout)
        } else {
            phase = .idle
            clearTimeout()
        }
        goOn()
    }

    /// Looks for the next request, but not within the task of the call that has ended: what runs
    /// there would be taken for a part of it, and for cancelled when it was.
    private func goOn() {
        guard !isProcessing else { return }
        goesOnAtTurnEnd = true
        markDirty()
    }

    /// Cancels whatever is under way for the call.
    ///
    /// Takes it out of ``call`` first: who is cancelled may come back here.
    func cancelCall() {
        call.isCancelled = true
        let (task, relay) = (call.task, call.relay)
        task?.cancel()
        relay?.cancel()
    }

    // MARK: CallScope

    func cancelCall(at instant: ContinuousClock.Instant) {
        loop.assertCurrent()
        if let deadline = call.deadline, deadline <= instant { return }
        call.deadline = instant
        if call.isSuspended {
            armDeadline()
        }
    }

    var isCancelled: Bool { call.isCancelled }

    func setLabel(_ label: WorkLabel) {
        call.label = label
        loop.activity.setLabel(label)
    }

    var label: WorkLabel { call.label }

    /// Has the task cancelled at its deadline.
    ///
    /// A call that never suspends needs no timer; one with a far deadline only a tick, which comes
    /// back here when the deadline is near.
    func armDeadline() {
        deadlineTick = TickTimers.never
        guard let deadline = call.deadline else { return }
        let number = call.number
        if let tick = loop.tick(wellBefore: deadline) {
            deadlineTick = tick
            return
        }
        let wait = max(.zero, deadline - ContinuousClock.now)
        loop.eventLoop.scheduleTask(in: TimeAmount(wait)) { [weak self] in
            guard let self, self.call.number == number, self.call.deadline != nil else { return }
            self.loop.turn { self.cancelCall() }
        }
    }
}

import HTTPTypes
import MartletCore
import MartletTransport
import NIOCore

// MARK: - Running the handler

extension ServerConnection: CallScope {
    /// Starts the handler for a request, on this loop, now.
    func start(_ head: consuming RequestHead, body: consuming Body) {
        prepareCall(head)
        let peer = currentPeer()
        shared.starting = Request(
            parsedMethod: head.method,
            target: head.target,
            scheme: peer.isSecure ? "https" : "http",
            authority: head.authority,
            headers: head.headers,
            body: body,
            peer: peer
        )
        phase = .calling
        let number = call.number
        loop.activity.begin()
        let task = Task.immediate(executorPreference: loop) { await self.runCall() }
        let label = loop.activity.currentLabel
        loop.activity.end()
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
    private func runCall() async {
        guard let request = shared.starting.take() else { return }
        var context = CallContext()
        context.scope = self
        let response: Response
        do {
            response = try await core.handler.handle(request, context: context)
        } catch {
            response = core.response(to: error, context: context)
        }
        await answer(response)
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
        let old = call
        call = ServerCall(number: old.number + 1)
        deadlineTick = TickTimers.never
        guard !isClosed else { return }
        if old.isBodyPending {
            old.incoming?.fail(CancellationError())
        }
        connection?.resumeReading()
        if !old.keepsAlive || isDraining || old.owesContinue {
            phase = .lingering
            clearTimeout()
            closesAfterFlush = true
            markDirty()
            return
        }
        if old.isBodyPending {
            phase = .discardingBody
            setTimeout(core.limits.bodyIdleTimeout)
        } else {
            phase = .idle
            clearTimeout()
        }
        process()
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
        let wait = max(.zero, deadline - ContinuousClock.now)
        guard wait < .milliseconds(500) else {
            deadlineTick = loop.timers.tick(after: wait - .milliseconds(300))
            return
        }
        loop.eventLoop.scheduleTask(in: TimeAmount(wait)) { [weak self] in
            guard let self, self.call.number == number, self.call.deadline != nil else { return }
            self.call.task?.cancel()
        }
    }
}

import Glibc
import HTTPTypes
import MartletCore
package import MartletHTTP

/// Asks services whether they are healthy.
package struct HealthProber: Sendable {
    private let client: HTTPClient
    private let host: ProcessHost

    /// Makes a prober that asks over HTTP with `client` and runs commands on `host`.
    package init(client: HTTPClient, host: ProcessHost) {
        self.client = client
        self.host = host
    }

    /// Asks once.
    ///
    /// - Returns: Nil when the service is healthy, else why it is not.
    package func probe(_ entry: LaunchPlan.Entry) async -> String? {
        guard let check = entry.definition.healthCheck else { return nil }
        let limit = check.timeout
        let late = "no answer within \(limit.seconds(digits: 2)) s"
        return await withTaskGroup(of: String?.self) { group in
            group.addTask { await ask(check, entry) }
            group.addTask {
                try? await ContinuousClock().sleep(for: limit)
                return late
            }
            defer { group.cancelAll() }
            return await group.next() ?? late
        }
    }

    private func ask(_ check: HealthCheck, _ entry: LaunchPlan.Entry) async -> String? {
        switch check.probe {
        case .http(let path):
            await askHTTP("\(Template.value(of: .url, port: entry.port))\(path)", check.timeout)
        case .tcp:
            await TCPProbe(port: entry.port).failure()
        case .command:
            await runCommand(entry.probe)
        }
    }

    private func askHTTP(_ url: String, _ timeout: Duration) async -> String? {
        do {
            let context = CallContext(deadline: ContinuousClock.now.advanced(by: timeout))
            let response = try await client.handle(Request(.get, url), context: context)
            response.body.discard()
            let code = response.status.code
            return (200...399).contains(code) ? nil : "GET \(url) answered \(code)"
        } catch {
            return "GET \(url): \(error)"
        }
    }

    private func runCommand(_ specification: ProcessSpecification?) async -> String? {
        guard let specification else { return nil }
        let (events, continuation) = AsyncStream.makeStream(
            of: CommandEvent.self,
            bufferingPolicy: .bufferingNewest(2)
        )
        let observer = CommandObserver(events: continuation)
        let handle = host.start(specification, observer: observer)
        var lastLine: String?
        for await event in events {
            switch event {
            case .line(let line): lastLine = line
            case .ended(.exited(let status)):
                if status.isSuccess { return nil }
                let said = lastLine.map { ": \($0)" } ?? ""
                return "the command \(status)\(said)"
            case .ended(.failed(let reason)):
                return "the command cannot be started: \(reason)"
            case .ended(.started):
                break
            }
        }
        if let handle { host.signal(handle, SIGKILL) }
        return "the command did not end in time"
    }

    private enum CommandEvent: Sendable {
        case line(String)
        case ended(ProcessEvent)
    }

    private struct CommandObserver: ProcessObserver {
        let events: AsyncStream<CommandEvent>.Continuation

        func processWrote(_ line: String, to stream: OutputStream) {
            events.yield(.line(line))
        }

        func processChanged(_ event: ProcessEvent) {
            if case .started = event { return }
            events.yield(.ended(event))
            events.finish()
        }
    }
}

import Foundation
import Glibc
import Testing

/// A headless Chromium, driven over the pipe of its DevTools protocol.
final class Browser {
    static let path = "/usr/bin/chromium"

    private let program: RunningProgram
    private let toBrowser: Int32
    private let fromBrowser: Int32
    private var received: [UInt8] = []
    private var lastID = 0
    private var session: String?

    /// Starts a browser with one empty page.
    init(in scratch: Scratch) async throws {
        var commands: [Int32] = [-1, -1]
        var answers: [Int32] = [-1, -1]
        try #require(pipe(&commands) == 0)
        try #require(pipe(&answers) == 0)
        for descriptor in commands + answers { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(answers[0], F_SETFL, O_NONBLOCK)
        toBrowser = commands[1]
        fromBrowser = answers[0]
        program = try RunningProgram(
            [
                Self.path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--remote-debugging-pipe", "--user-data-dir=\(scratch.path)/profile",
            ],
            in: scratch,
            descriptors: [3: commands[0], 4: answers[1]]
        )
        close(commands[0])
        close(answers[1])
        let target = try await send("Target.createTarget", ["url": "about:blank"])
        let attached = try await send(
            "Target.attachToTarget",
            ["targetId": target["targetId"] ?? "", "flatten": true]
        )
        session = attached["sessionId"] as? String
    }

    deinit {
        program.send(SIGKILL)
        close(toBrowser)
        close(fromBrowser)
    }

    func open(_ url: String) async throws {
        _ = try await send("Page.navigate", ["url": url])
    }

    /// The value of a JavaScript expression, as text.
    func evaluate(_ expression: String) async throws -> String {
        let answer = try await send(
            "Runtime.evaluate",
            ["expression": "String(\(expression))", "returnByValue": true, "awaitPromise": true]
        )
        let result = try #require(answer["result"] as? [String: Any])
        return result["value"] as? String ?? "\(answer)"
    }

    /// Waits until a JavaScript expression has a value; the test's time limit bounds it.
    func wait(for expression: String, toBe value: String) async throws {
        while try await evaluate(expression) != value {
            try #require(program.isRunning, "The browser has ended.")
            try await ContinuousClock().sleep(for: .milliseconds(50))
        }
    }

    private func send(_ method: String, _ parameters: [String: Any]) async throws -> [String: Any] {
        lastID += 1
        var message: [String: Any] = ["id": lastID, "method": method, "params": parameters]
        message["sessionId"] = session
        let bytes = try JSONSerialization.data(withJSONObject: message) + [0]
        try #require(bytes.withUnsafeBytes { write(toBrowser, $0.baseAddress, $0.count) } > 0)
        while true {
            let answer = try await nextMessage()
            guard answer["id"] as? Int == lastID else { continue }
            return try #require(answer["result"] as? [String: Any], "\(method): \(answer)")
        }
    }

    private func nextMessage() async throws -> [String: Any] {
        while true {
            if let end = received.firstIndex(of: 0) {
                let message = Data(received[..<end])
                received.removeSubrange(...end)
                return try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
            }
            var bytes = [UInt8](repeating: 0, count: 64 * 1024)
            let count = read(fromBrowser, &bytes, bytes.count)
            if count > 0 {
                received += bytes.prefix(count)
            } else {
                try #require(count < 0 && errno == EAGAIN, "The browser has gone.")
                try await ContinuousClock().sleep(for: .milliseconds(5))
            }
        }
    }
}

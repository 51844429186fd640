import Foundation
import Glibc

/// A headless Chromium, driven over the pipe of its DevTools protocol.
package final class Browser {
    package static let path = "/usr/bin/chromium"

    private let program: RunningProgram
    private let toBrowser: Int32
    private let fromBrowser: Int32
    private var received: [UInt8] = []
    private var lastID = 0
    private var session: String?

    /// Starts a browser with one empty page.
    package init(in scratch: Scratch) async throws {
        var commands: [Int32] = [-1, -1]
        var answers: [Int32] = [-1, -1]
        guard pipe(&commands) == 0, pipe(&answers) == 0 else {
            throw ProgramFailure("No pipe: \(String(cString: strerror(errno)))")
        }
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

    package func open(_ url: String) async throws {
        _ = try await send("Page.navigate", ["url": url])
    }

    /// Says which of "light" and "dark" the person likes.
    package func prefer(colorScheme: String) async throws {
        let feature = ["name": "prefers-color-scheme", "value": colorScheme]
        _ = try await send("Emulation.setEmulatedMedia", ["features": [feature]])
    }

    /// Presses and lets go of keys of the keyboard, by their names in the DOM: `Tab`, `Enter`.
    package func press(_ keys: String...) async throws {
        let known = ["Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " ")]
        for key in keys {
            let (code, text) = known[key] ?? (0, key)
            for type in ["keyDown", "keyUp"] {
                var event: [String: Any] = [
                    "type": type, "key": key, "windowsVirtualKeyCode": code,
                ]
                if type == "keyDown", !text.isEmpty { event["text"] = text }
                _ = try await send("Input.dispatchKeyEvent", event)
            }
        }
    }

    /// The value of a JavaScript expression, as text.
    package func evaluate(_ expression: String) async throws -> String {
        let answer = try await send(
            "Runtime.evaluate",
            ["expression": "String(\(expression))", "returnByValue": true, "awaitPromise": true]
        )
        let result = answer["result"] as? [String: Any]
        return result?["value"] as? String ?? "\(answer)"
    }

    /// Waits until a JavaScript expression has a value; the test's time limit bounds it.
    package func wait(for expression: String, toBe value: String) async throws {
        while try await evaluate(expression) != value {
            guard program.isRunning else { throw ProgramFailure("The browser has ended.") }
            try await ContinuousClock().sleep(for: .milliseconds(50))
        }
    }

    private func send(_ method: String, _ parameters: [String: Any]) async throws -> [String: Any] {
        lastID += 1
        var message: [String: Any] = ["id": lastID, "method": method, "params": parameters]
        message["sessionId"] = session
        let bytes = try JSONSerialization.data(withJSONObject: message) + [0]
        guard bytes.withUnsafeBytes({ write(toBrowser, $0.baseAddress, $0.count) }) > 0 else {
            throw ProgramFailure("The browser takes nothing.")
        }
        while true {
            let answer = try await nextMessage()
            guard answer["id"] as? Int == lastID else { continue }
            guard let result = answer["result"] as? [String: Any] else {
                throw ProgramFailure("\(method): \(answer)")
            }
            return result
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
                guard count < 0, errno == EAGAIN else {
                    throw ProgramFailure("The browser has gone.")
                }
                try await ContinuousClock().sleep(for: .milliseconds(5))
            }
        }
    }
}

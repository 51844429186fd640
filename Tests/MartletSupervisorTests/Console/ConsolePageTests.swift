import Foundation
import Glibc
import TestPrograms
import Testing

/// Looks at the console as a person does, in headless Chromium.
@Suite(
    "The console's page",
    .timeLimit(.minutes(5))
)
struct ConsolePageTests {
    private static let file = """
        console: shop
        services:
          gateway:
            command: shop-user
            health: {http: /health/ready}
          talker:
            command: sh -c 'echo "<b>bold</b> & $GATEWAY_URL"; exec sleep 1000'
            dependsOn: gateway
        """

    /// Opens the console of a running system.
    private func withPage(
        _ body: (Browser, RunningProgram) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        try scratch.write(Self.file, to: "martlet.yaml")
        let up = try RunningProgram(
            [try Programs.martlet(), "up", "\(scratch.path)/martlet.yaml", "--console-port", "0"],
            in: scratch
        )
        defer { up.send(SIGKILL) }
        do {
            var address: Substring = ""
            try await Programs.wait {
                try #require(up.isRunning)
                address =
                    up.output.split(whereSeparator: \.isWhitespace)
                    .first { $0.hasPrefix("http://") && $0.hasSuffix("/") } ?? ""
                return !address.isEmpty
            }
            let browserScratch = try Scratch()
            let browser = try await Browser(in: browserScratch)
            try await browser.open(String(address))
            try await body(browser, up)
        } catch {
            Issue.record("\(error)\n\(up.output)")
        }
    }

    /// The text of a cell of a service's row.
    private func cell(_ service: String, _ label: String) -> String {
        "document.querySelector('[data-service=\(service)] [data-label=\"\(label)\"]')?.innerText"
    }

    @Test("shows the services and their lines, and what happens to them")
    func live() async throws {
        try await withPage { browser, _ in
            try await browser.wait(for: cell("gateway", "State"), toBe: "healthy")
            try await browser.wait(for: cell("talker", "State"), toBe: "healthy")
            #expect(
                try await browser.evaluate("document.querySelectorAll('#services tr').length")
                    == "2"
            )
            let line =
                "[...document.querySelectorAll('#lines .text')]"
                + ".some((each) => each.textContent.startsWith('<b>bold</b> & http://127.0.0.1:'))"
            try await browser.wait(for: line, toBe: "true")
            let first = try await browser.evaluate(cell("talker", "Process"))
            let killed = try #require(pid_t(first))
            kill(killed, SIGKILL)
            try await browser.wait(for: cell("talker", "Restarts"), toBe: "1")
            try await browser.wait(for: cell("talker", "State"), toBe: "healthy")
            #expect(try await browser.evaluate(cell("talker", "Process")) != first)
            #expect(
                try await browser.evaluate(cell("talker", "Last error"))
                    == "was killed by signal 9 (SIGKILL)"
            )
        }
    }

    @Test("stops and starts a service at the press of its buttons")
    func buttons() async throws {
        try await withPage { browser, _ in
            try await browser.wait(for: cell("talker", "State"), toBe: "healthy")
            let press = "document.querySelector('[data-service=talker] button').click()"
            _ = try await browser.evaluate(press)
            try await browser.wait(for: cell("talker", "State"), toBe: "stopped")
            let label = "document.querySelector('[data-service=talker] button').ariaLabel"
            try await browser.wait(for: label, toBe: "Start talker")
            _ = try await browser.evaluate(press)
            try await browser.wait(for: cell("talker", "State"), toBe: "healthy")
        }
    }

    @Test("creates a user through the gateway, and counts what the gateway serves")
    func shop() async throws {
        try await withPage { browser, _ in
            try await browser.wait(for: cell("gateway", "State"), toBe: "healthy")
            _ = try await browser.evaluate("document.querySelector('#user-form button').click()")
            let badge = "document.getElementById('result-badge').textContent"
            try await browser.wait(for: badge, toBe: "created")
            let userID = "document.querySelector('[name=userId]').value !== ''"
            #expect(try await browser.evaluate(userID) == "true")
            try await browser.wait(
                for: "Number(\(cell("gateway", "Requests"))) > 0",
                toBe: "true"
            )
        }
    }
}

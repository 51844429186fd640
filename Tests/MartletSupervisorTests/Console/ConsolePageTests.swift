import Foundation
import Glibc
import TestSupport
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

    /// The shop behind its gateway, as `make run` has it.
    private static let shop = [
        "martlet.yaml": """
        console: shop
        services:
          user: {command: shop-user, health: {http: /health/ready}}
          payment: {command: shop-payment, health: {http: /health/ready}}
          order:
            command: shop-order
            dependsOn: [user, payment]
            health: {http: /health/ready}
          gateway:
            command: martlet gateway --config gateway.yaml
            dependsOn: [order]
            health: {http: /-/health}
        """,
        "gateway.yaml": """
        listen: 127.0.0.1:${PORT}
        routes:
          - {path: /api/users, upstreams: ["${USER_URL}"]}
          - {path: /api/orders, upstreams: ["${ORDER_URL}"]}
        """,
    ]

    /// A service that is slow to count its requests, once.
    private static let slow = [
        "martlet.yaml": """
        services:
          slow: {command: python3 slow.py, health: {http: /health}}
        """,
        "slow.py": """
        import http.server, os, time
        asked = 0
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                global asked
                if self.path == "/stats":
                    asked += 1
                    if asked == 1: time.sleep(3)
                body = b'{"requests": 42}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try: self.wfile.write(body)
                except OSError: pass
        port = int(os.environ["PORT"])
        http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
        """,
    ]

    /// Opens the console of a running system.
    private func withPage(
        _ files: [String: String] = ["martlet.yaml": file],
        _ body: (Browser, RunningProgram) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        for (name, text) in files { try scratch.write(text, to: name) }
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

    @Test("takes a newcomer from a user to a paid order, and shows why a card was declined")
    func order() async throws {
        try await withPage(Self.shop) { browser, _ in
            try await browser.wait(for: cell("gateway", "State"), toBe: "healthy")
            let badge = "document.getElementById('result-badge').textContent"
            let press = { (form: String) in
                "document.querySelector('#\(form)-form button').click()"
            }
            _ = try await browser.evaluate(press("user"))
            try await browser.wait(for: badge, toBe: "created")
            _ = try await browser.evaluate(press("order"))
            try await browser.wait(for: badge, toBe: "paid")
            let answer = "JSON.parse(document.getElementById('result-json').textContent)"
            #expect(try await browser.evaluate("\(answer).totalCents") == "3980")
            #expect(try await browser.evaluate("\(answer).paymentId.length > 0") == "true")

            let card = "document.querySelector('[name=card]').value"
            _ = try await browser.evaluate("\(card) = '4000000000000002'")
            _ = try await browser.evaluate(press("order"))
            try await browser.wait(for: badge, toBe: "402")
            let reason = "document.getElementById('result-text').textContent"
            #expect(try await browser.evaluate(reason).contains("declined"))
        }
    }

    @Test("is worked with the keyboard alone, which shows where it is")
    func keyboard() async throws {
        try await withPage { browser, _ in
            try await browser.wait(for: cell("gateway", "State"), toBe: "healthy")
            try await browser.wait(for: cell("talker", "State"), toBe: "healthy")
            let focus = """
                (() => {
                  const at = document.activeElement;
                  const name = at.id || at.name || at.ariaLabel || at.textContent;
                  return name.trim() + '|' + getComputedStyle(at).outlineStyle;
                })()
                """
            var visited: [String] = []
            for _ in 0..<40 where visited.last != "Create user" {
                try await browser.press("Tab")
                let place = try await browser.evaluate(focus).split(separator: "|")
                try #require(place.count == 2)
                #expect(place[1] != "none", "\(place[0]) does not show that it has the focus")
                visited.append(String(place[0]))
            }
            #expect(visited.first == "Skip to the services")
            #expect(visited.contains("Stop talker"))
            #expect(visited.suffix(3) == ["name", "email", "Create user"])
            try await browser.press("Enter")
            let badge = "document.getElementById('result-badge').textContent"
            try await browser.wait(for: badge, toBe: "created")

            var rest: [String] = []
            for _ in 0..<20 where rest.last != "lines" {
                try await browser.press("Tab")
                rest.append(try await browser.evaluate("\(focus).split('|')[0]"))
            }
            #expect(
                rest == [
                    "userId", "quantity", "sku", "price", "card", "Place order", "result-json",
                    "log-service", "log-filter", "log-follow", "log-clear", "lines",
                ]
            )
        }
    }

    @Test("shows only the lines that were asked for")
    func filter() async throws {
        try await withPage { browser, _ in
            let shown = """
                [...document.querySelectorAll('#lines .entry:not([hidden])')] \
                .map((each) => each.dataset.service)
                """
            let has = { (service: String) in "\(shown).includes('\(service)')" }
            try await browser.wait(for: has("talker"), toBe: "true")
            try await browser.wait(for: has("gateway"), toBe: "true")
            let filter = { (text: String) in
                "(document.getElementById('log-filter').value = '\(text)')"
            }
            let fire = "document.getElementById('log-filter').dispatchEvent(new Event('input'))"
            _ = try await browser.evaluate("\(filter("BOLD")), \(fire)")
            #expect(try await browser.evaluate(has("talker")) == "true")
            #expect(try await browser.evaluate(has("gateway")) == "false")
            _ = try await browser.evaluate("\(filter("")), \(fire)")
            let choose = """
                (document.getElementById('log-service').value = 'gateway'), \
                document.getElementById('log-service').dispatchEvent(new Event('change'))
                """
            _ = try await browser.evaluate(choose)
            #expect(try await browser.evaluate(has("talker")) == "false")
            #expect(try await browser.evaluate(has("gateway")) == "true")
        }
    }

    @Test("can be read in the light and in the dark, and loads nothing from elsewhere")
    func colours() async throws {
        // The least contrast (WCAG 2.2, 1.4.3) between texts and what is behind them.
        let contrast = """
            (() => {
              const parse = (text) => text.match(/[\\d.]+/g).map(Number);
              const level = (text) => {
                const [r, g, b] = parse(text).map((each) => each / 255)
                  .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const behind = (element) => {
                for (let at = element; at; at = at.parentElement) {
                  const colour = getComputedStyle(at).backgroundColor;
                  if ((parse(colour)[3] ?? 1) === 1) return colour;
                }
                return 'rgb(255, 255, 255)';
              };
              const texts = [...document.querySelectorAll('h1, h2, th, td, label, button, .hint, \
            .text, .who, time, .summary')].filter((each) => each.offsetParent);
              return Math.min(...texts.map((each) => {
                const two = [level(getComputedStyle(each).color), level(behind(each))];
                return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
              }));
            })()
            """
        let ground = "getComputedStyle(document.body).backgroundColor"
        try await withPage { browser, _ in
            try await browser.wait(for: cell("talker", "State"), toBe: "healthy")
            var grounds: Set<String> = []
            for scheme in ["light", "dark"] {
                try await browser.prefer(colorScheme: scheme)
                grounds.insert(try await browser.evaluate(ground))
                let least = try #require(Double(try await browser.evaluate(contrast)))
                #expect(least >= 4.5, "\(scheme)")
            }
            #expect(grounds.count == 2)
            let foreign = """
                performance.getEntriesByType('resource')\
                .filter((each) => !each.name.startsWith(location.origin)).length
                """
            #expect(try await browser.evaluate(foreign) == "0")
        }
    }

    @Test("goes on counting the requests of a service that was slow to answer once")
    func slowCount() async throws {
        try await withPage(Self.slow) { browser, _ in
            try await browser.wait(for: cell("slow", "State"), toBe: "healthy")
            try await browser.wait(for: cell("slow", "Requests"), toBe: "42")
        }
    }
}

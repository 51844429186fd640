import HTTPTypes
import Logging
import MartletCore
import MartletHTTP
import MartletTransport
import TestSupport
import Testing

@testable import MartletRPC

/// What a browser's page and curl make of the methods, each over a connection.
@Suite("RPC with a browser and curl", .timeLimit(.minutes(5)))
struct WebPeerTests {
    /// Calls by gRPC-Web and with JSON, and says in the end what it got.
    private static let page = """
        <!doctype html><title>waiting</title><script>
        const base = "http://127.0.0.1:" + location.search.slice(1)
        function frame(bytes) {
          const all = new Uint8Array(5 + bytes.length)
          new DataView(all.buffer).setUint32(1, bytes.length)
          all.set(bytes, 5)
          return all
        }
        async function call(method, bytes) {
          const response = await fetch(base + "/test.Service/" + method, {
            method: "POST",
            headers: {"Content-Type": "application/grpc-web+proto", "x-text": "page"},
            body: frame(bytes),
          })
          let read = new Uint8Array(0), got = []
          const reader = response.body.getReader()
          for (;;) {
            const {done, value} = await reader.read()
            if (done) break
            const both = new Uint8Array(read.length + value.length)
            both.set(read); both.set(value, read.length)
            read = both
            while (read.length >= 5) {
              const size = new DataView(read.buffer, read.byteOffset).getUint32(1)
              if (read.length < 5 + size) break
              const content = read.subarray(5, 5 + size)
              got.push(read[0] == 0x80 ? new TextDecoder().decode(content).trim()
                : Array.from(content).join(" "))
              read = read.slice(5 + size)
            }
          }
          return [response.headers.get("grpc-status"), response.headers.get("x-text-back"), got]
        }
        async function run() {
          const stream = await fetch(base + "/v1/watch/2?text=a")
          const lines = (await stream.text()).split("\\n").length
          const events = []
          const source = new EventSource(base + "/v1/watch/1")
          source.onmessage = event => events.push(event.data)
          await new Promise(done => source.addEventListener("end", done))
          source.close()
          const put = await fetch(base + "/v1/messages/5", {
            method: "PUT", headers: {"Content-Type": "application/json"},
            body: JSON.stringify({text: "hi"}),
          })
          return [
            await call("Greet", [10, 1, 97]), await call("Count", [8, 2]), await call("None", []),
            lines, events, await put.json(),
          ]
        }
        run().then(got => document.title = JSON.stringify(got), error => document.title = error)
        </script>
        """

    /// Runs `body` with the port of a server of the methods.
    private func serve(_ body: (Int) async throws -> Void) async throws {
        var router = Router()
        router.get("/page") { _, _ in
            Response(.ok, headers: [.contentType: "text/html"], body: Body(Self.page))
        }
        var methods = TestMethods().methods
        Library.add(to: &methods)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = HTTPServer(
            .init(addresses: [.tcp("127.0.0.1", port: 0)]),
            logger: logger,
            handler: try router.compile()
                .intercepted(by: RPCHandler(methods, logger: logger))
                .intercepted(
                    by: CORS(
                        .rpc(origins: .any, metadata: [HTTPField.Name(known: "x-text-back")])
                    )
                )
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            let address = try #require(try await server.boundAddresses().first)
            try await body(try #require(address.port))
        }
    }

    @Test("a page of another origin calls by gRPC-Web and with JSON, in Chromium")
    func page() async throws {
        try await serve { port in
            let browser = try await Browser(in: Scratch())
            // Another origin, as its host has another name.
            try await browser.open("http://localhost:\(port)/page?\(port)")
            try await browser.wait(for: "document.title.startsWith('[')", toBe: "true")
            let greeting = "Hello, a".utf8.map { "\($0)" }.joined(separator: " ")
            #expect(
                try await browser.evaluate("document.title")
                    == #"[[null,"page",["10 8 \#(greeting)","grpc-status:0"]],"#
                    + #"[null,null,["8 1","8 2","grpc-status:0"]],["12",null,[]],4,"#
                    + #"["{\"text\":\"message 1\"}"],"#
                    + #"{"messageId":"5","message":{"text":"hi"}}]"#
            )
        }
    }

    @Test(
        "curl calls methods over either HTTP",
        arguments: ["--http1.1", "--http2-prior-knowledge"]
    )
    func curl(version: String) async throws {
        try await serve { port in
            let base = "http://127.0.0.1:\(port)"
            let curl = { (arguments: String...) in
                try await Programs.run(["/usr/bin/curl", "-sS", version] + arguments).output
            }
            #expect(
                try await curl("\(base)/v1/messages/1?revision=2")
                    == #"{"messageId":"1","revision":"2"}"#
            )
            #expect(
                try await curl(
                    "-X",
                    "PATCH",
                    "-H",
                    "content-type: application/json",
                    "-d",
                    #"{"text":"a"}"#,
                    "\(base)/v1/messages/1"
                ) == #"{"messageId":"1","text":"a"}"#
            )
            #expect(
                try await curl("-N", "\(base)/v1/watch/1")
                    == "{\"result\":{\"text\":\"message 1\"}}\n"
            )
            let form = try await curl("-X", "PATCH", "-d", "a=b", "\(base)/v1/messages/1")
            #expect(form.contains(#""status":415"#))
            let missing = try await curl("-w", " %{http_code}", "\(base)/v1/fail/5")
            #expect(missing.hasSuffix(" 404"))
            let head = try await curl("-I", "\(base)/v1/messages/1")
            #expect(head.lowercased().contains("content-type: application/json"))
        }
    }
}

import Foundation
import Martlet
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import TaskQueue

@Suite("Killing a worker", .timeLimit(.minutes(2)))
struct KillTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test("a task whose worker is killed is done by the next, and what was done is not done again")
    func killed() async throws {
        try await withTemporaryFile { path in
            let receiver = Receiver()
            try await receiver.serve { url in
                let store = try TaskStore(path: path)
                for text in ["one", "two", "three"] {
                    _ = try await store.add("post", "\(url) \(text)")
                }
                let first = try start(path)
                defer { first.send(SIGKILL) }
                try await receiver.waitUntilHolding("two")
                first.send(SIGKILL)
                try await first.waitForEnd()
                // Acknowledged while no worker lives, and from another process.
                _ = try await store.add("post", "\(url) four")
                #expect(try await store.tasks(.done).map(\.id) == [1])
                #expect(try await store.tasks(.running).map(\.id) == [2])

                receiver.letGo()
                let second = try start(path)
                defer { second.send(SIGKILL) }
                #expect(try await second.waitForEnd() == 0)
                #expect(try await store.tasks(.done).map(\.id) == [1, 2, 3, 4])
                #expect(try await store.task(2)?.attempts == 2)
                #expect(receiver.bodies.sorted() == ["four", "one", "three", "two", "two"])
                let keys = receiver.keys(of: "two")
                #expect(keys == ["task-2", "task-2"], "by this the receiver can tell")
            }
        }
    }

    @Test("SIGTERM lets the task that was begun end, and begins no other")
    func terminated() async throws {
        try await withTemporaryFile { path in
            let receiver = Receiver()
            try await receiver.serve { url in
                let store = try TaskStore(path: path)
                for text in ["two", "three"] { _ = try await store.add("post", "\(url) \(text)") }
                let worker = try start(path)
                defer { worker.send(SIGKILL) }
                try await receiver.waitUntilHolding("two")
                worker.send(SIGTERM)
                // Long enough for a worker that heeds nothing to go wrong; no bound is asserted.
                try await ContinuousClock().sleep(for: .milliseconds(100))
                receiver.letGo()
                #expect(try await worker.waitForEnd() == 0)
                #expect(try await store.tasks(.done).map(\.id) == [1])
                #expect(try await store.tasks(.waiting).map(\.id) == [2])
            }
        }
    }

    /// Starts the built program with one worker.
    private func start(_ path: String) throws -> RunningProgram {
        try RunningProgram(
            [
                Programs.built("task-queue"), "work", "--database", path, "--workers", "1",
                "--lease", "500ms", "--until-empty",
            ],
            in: scratch
        )
    }
}

/// Receives what is posted; the answer to "two" it holds back until it is told to let go.
private final class Receiver: Handler {
    private struct State {
        var received: [(body: String, key: String?)] = []
        var isHolding = true
    }

    private let state = Mutex(State())

    var bodies: [String] { state.withLock { $0.received.map(\.body) } }

    func keys(of body: String) -> [String?] {
        state.withLock { $0.received.filter { $0.body == body }.map(\.key) }
    }

    func letGo() { state.withLock { $0.isHolding = false } }

    func waitUntilHolding(_ body: String) async throws {
        for _ in 0..<3000 where !bodies.contains(body) {
            try await ContinuousClock().sleep(for: .milliseconds(10))
        }
        try #require(bodies.contains(body))
    }

    func serve(_ body: (String) async throws -> Void) async throws {
        let configuration = HTTPServer.Configuration(addresses: [.tcp("127.0.0.1", port: 0)])
        let server = HTTPServer(configuration, handler: self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.boundAddresses().first?.port ?? 0
            try await body("http://127.0.0.1:\(port)/")
            group.cancelAll()
        }
    }

    func handle(_ request: Request, context: CallContext) async throws -> Response {
        let bytes = try await request.body.collect(upTo: 1024)
        let body = String(decoding: bytes.readableBytesView, as: UTF8.self)
        let key = HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] }
        state.withLock { $0.received.append((body, key)) }
        while body == "two", state.withLock({ $0.isHolding }) {
            try await ContinuousClock().sleep(for: .milliseconds(2))
        }
        return Response(.noContent)
    }
}

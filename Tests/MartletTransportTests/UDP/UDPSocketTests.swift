import Logging
import NIOCore
import ServiceLifecycle
import Testing

@testable import MartletTransport

@Suite("A UDP socket", .timeLimit(.minutes(1)))
struct UDPSocketTests {
    /// Runs `body` with an echo server's address.
    private func withEcho(
        host: String = "127.0.0.1",
        configure: (inout UDPServer.Configuration) -> Void = { _ in },
        _ body: (NetworkAddress) async throws -> Void
    ) async throws {
        var configuration = UDPServer.Configuration(host: host, port: 0)
        configure(&configuration)
        let server = UDPServer(configuration) { socket in
            for try await datagram in socket.inbound {
                try await socket.send(datagram.payload, to: datagram.peer)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await body(try await server.boundAddress())
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test("a connected and an unconnected client are answered", arguments: ["127.0.0.1", "::1"])
    func echoes(_ host: String) async throws {
        try await withEcho(host: host) { server in
            try await UDPSocket.withSocket(connectedTo: host, port: server.port) { socket in
                #expect(socket.remoteAddress == server)
                for size in [0, 1, 2000] {
                    try await socket.send(ByteBuffer(repeating: 7, count: size))
                    let answer = try await socket.receive()
                    #expect(answer?.payload == ByteBuffer(repeating: 7, count: size))
                    #expect(answer?.isTruncated == false)
                }
            }
            try await UDPSocket.withSocket(boundTo: host) { socket in
                try await socket.send(ByteBuffer(string: "hello"), to: server)
                let answer = try await socket.receive()
                #expect(answer?.payload == ByteBuffer(string: "hello"))
                #expect(answer?.peer == server)
                await #expect(throws: UDPError.self) {
                    try await socket.send(ByteBuffer(string: "to whom?"))
                }
            }
        }
    }

    @Test("many datagrams at once are all answered, from one socket or many", arguments: [1, nil])
    func batches(_ sockets: Int?) async throws {
        try await withEcho {
            $0.socketCount = sockets
        } _: { server in
            try await UDPSocket.withSocket(connectedTo: server.host, port: server.port) { socket in
                for _ in 0..<20 {
                    for number in 0..<100 {
                        try await socket.send(ByteBuffer(integer: number))
                    }
                    var seen: Set<Int> = []
                    while seen.count < 100, let datagram = try await socket.receive() {
                        seen.insert(datagram.payload.getInteger(at: 0, as: Int.self) ?? -1)
                    }
                    #expect(seen == Set(0..<100))
                }
                #expect(socket.statistics.sent == 2000)
                #expect(socket.statistics.received == 2000)
            }
        }
    }

    @Test("a datagram over the limit is refused, with both sizes, before the kernel is asked")
    func oversize() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            let peer = try #require(socket.localAddress)
            let error = await #expect(throws: UDPError.self) {
                try await socket.send(ByteBuffer(repeating: 0, count: 2001), to: peer)
            }
            #expect(error?.code == .datagramTooLarge)
            #expect(error?.message.contains("2001 bytes") == true)
            #expect(error?.message.contains("limit of 2000") == true)
            #expect(socket.statistics.sent == 0)
        }
    }

    @Test("a datagram that is larger than the receiver's limit is cut off and says so")
    func truncation() async throws {
        var small = UDPLimits()
        small.maximumDatagramSize = 10
        try await UDPSocket.withSocket(boundTo: "127.0.0.1", limits: small) { receiver in
            let address = try #require(receiver.localAddress)
            try await UDPSocket.withSocket(connectedTo: "127.0.0.1", port: address.port) { sender in
                for (size, isTruncated) in [(9, false), (10, false), (11, true), (2000, true)] {
                    try await sender.send(ByteBuffer(repeating: 1, count: size))
                    let datagram = try await receiver.receive()
                    #expect(datagram?.payload.readableBytes == min(size, 10))
                    #expect(datagram?.isTruncated == isTruncated)
                }
                #expect(receiver.statistics.truncated == 2)
            }
        }
    }

    @Test(
        "what came together is told apart by its sender and its length",
        arguments: ["127.0.0.1", "::1"]
    )
    func together(host: String) async throws {
        var small = UDPLimits()
        small.maximumDatagramSize = 10
        try await UDPSocket.withSocket(boundTo: host, limits: small) { receiver in
            let address = try #require(receiver.localAddress)
            try await UDPSocket.withSocket(boundTo: host) { one in
                try await UDPSocket.withSocket(boundTo: host) { other in
                    let sizes = [0, 10, 3, 11, 1, 2000, 10, 0]
                    for size in sizes {
                        let payload = ByteBuffer(repeating: 1, count: size)
                        for sender in [one, other] {
                            try await sender.send(payload, to: address)
                            sender.flush()
                        }
                    }
                    var came: [NetworkAddress: [Int]] = [:]
                    for _ in 0..<2 * sizes.count {
                        let datagram = try #require(try await receiver.receive())
                        let size = datagram.payload.readableBytes
                        came[datagram.peer, default: []].append(datagram.isTruncated ? 11 : size)
                        #expect(size <= 10)
                    }
                    for sender in [one, other] {
                        let peer = try #require(sender.localAddress)
                        #expect(came[peer] == sizes.map { min($0, 11) })
                    }
                }
            }
        }
    }

    @Test("what comes while the queue is full is dropped and counted")
    func queueLimit() async throws {
        var limits = UDPLimits()
        limits.inboundQueueSize = 5
        try await UDPSocket.withSocket(boundTo: "127.0.0.1", limits: limits) { receiver in
            let address = try #require(receiver.localAddress)
            try await UDPSocket.withSocket(connectedTo: "127.0.0.1", port: address.port) { sender in
                for number in 0..<UInt8(12) {
                    try await sender.send(ByteBuffer(integer: number))
                }
                try await waitUntil { receiver.statistics.received == 12 }
                #expect(receiver.statistics.dropped == 7)
                for number in 0..<UInt8(5) {
                    #expect(try await receiver.receive()?.payload == ByteBuffer(integer: number))
                }
            }
        }
    }

    @Test("a source that is not admitted is turned away and counted")
    func admission() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { refused in
            let refusedPort = refused.localAddress?.port
            try await UDPSocket.withSocket(
                boundTo: "127.0.0.1",
                admission: { $0.port != refusedPort }
            ) { receiver in
                let address = try #require(receiver.localAddress)
                try await refused.send(ByteBuffer(string: "no"), to: address)
                refused.flush()
                try await waitUntil { receiver.statistics.refused == 1 }
                try await receiver.send(ByteBuffer(string: "yes"), to: address)
                #expect(try await receiver.receive()?.payload == ByteBuffer(string: "yes"))
            }
        }
    }

    @Test("a connected socket hears that nobody listens, and works on")
    func refusal() async throws {
        let port = try await UDPSocket.withSocket(boundTo: "127.0.0.1") { $0.localAddress?.port }
        try await UDPSocket.withSocket(connectedTo: "127.0.0.1", port: port ?? 9) {
            (socket) async throws in
            for _ in 0..<3 {
                #expect(try await isRefused(socket))
            }
        }
    }

    /// Whether a datagram is refused; it is sent again as long as the socket that was bound before
    /// may still be closing.
    private func isRefused(_ socket: UDPSocket) async throws -> Bool {
        for _ in 0..<50 {
            try await socket.send(ByteBuffer(string: "anybody?"))
            do {
                _ = try await socket.receive(until: .now + .milliseconds(300))
            } catch let error as UDPError {
                if error.code == .peerRefused { return true }
            }
        }
        return false
    }

    @Test("a send that the kernel refuses harms no other: a spoofed source cannot close a server")
    func sendFailures() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            let own = try #require(socket.localAddress)
            let nobody = try NetworkAddress(host: "127.0.0.1", port: 0)
            for peer in [own, nobody, own, nobody, nobody, own] {
                try await socket.send(ByteBuffer(string: "a"), to: peer)
            }
            for _ in 0..<3 { #expect(try await socket.receive() != nil) }
            #expect(socket.statistics.sent == 3)
            #expect(socket.statistics.sendFailures == 3)
        }
    }

    @Test("waiting ends at the deadline, and when the task is cancelled")
    func waiting() async throws {
        try await UDPSocket.withSocket(boundTo: "127.0.0.1") { socket in
            let error = await #expect(throws: UDPError.self) {
                try await socket.receive(until: .now)
            }
            #expect(error?.code == .receiveTimedOut)
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await socket.receive() }
                }
                await Task.yield()
                group.cancelAll()
            }
            let own = try #require(socket.localAddress)
            try await socket.send(ByteBuffer(string: "a"), to: own)
            #expect(try await socket.receive()?.payload == ByteBuffer(string: "a"))
        }
    }

    @Test("a graceful shutdown ends what a server's sockets receive")
    func graceful() async throws {
        let ends = Tally()
        let server = UDPServer(.init(port: 0)) { socket in
            for try await _ in socket.inbound {}
            ends.add()
        }
        let group = ServiceGroup(
            services: [server],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            _ = try await server.boundAddress()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(ends.count == EventLoops.shared.loops.count)
    }

    @Test("what a handler throws ends the server")
    func throwing() async throws {
        struct Broken: Error {}
        let server = UDPServer(.init(port: 0)) { _ in throw Broken() }
        await #expect(throws: Broken.self) { try await server.run() }
    }
}

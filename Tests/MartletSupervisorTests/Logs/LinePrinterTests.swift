import Glibc
import MartletSupervisor
import Testing

@Suite("Printed lines")
struct LinePrinterTests {
    private func line(_ text: String, of service: String, supervisor: Bool = false) -> JournalLine {
        JournalLine(
            sequence: 1,
            time: 0,
            service: service,
            origin: supervisor ? .supervisor : .standardOutput,
            text: text
        )
    }

    @Test("have the service's name before them, in line with the others")
    func plain() {
        let painter = LinePainter(services: ["user", "order-book"], isColoured: false)
        #expect(painter.paint(line("up", of: "user")) == "user       | up\n")
        #expect(painter.paint(line("up", of: "order-book")) == "order-book | up\n")
        #expect(
            painter.paint(line("runs", of: "user", supervisor: true))
                == "martlet    | user: runs\n"
        )
    }

    @Test("have a colour for each service, and end in no colour")
    func coloured() {
        let painter = LinePainter(services: ["a", "b"], isColoured: true)
        let first = painter.paint(line("x", of: "a"))
        #expect(first.hasPrefix("\u{1B}[36ma"))
        #expect(first.hasSuffix("x\u{1B}[0m\n"))
        #expect(painter.paint(line("x", of: "b")).hasPrefix("\u{1B}[33mb"))
    }

    @Test(
        "are coloured on a terminal that wants it",
        arguments: [
            (true, [:], true),
            (false, [:], false),
            (true, ["NO_COLOR": "1"], false),
            (true, ["NO_COLOR": ""], true),
            (true, ["TERM": "dumb"], false),
        ]
    )
    func wantsColour(isTerminal: Bool, environment: [String: String], expected: Bool) {
        #expect(
            LinePainter.wantsColour(isTerminal: isTerminal, environment: environment) == expected
        )
    }

    @Test("are all written before the printer ends")
    func flush() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let printer = LinePrinter(
            LinePainter(services: ["a"], isColoured: false),
            descriptor: ends[1]
        )
        for number in 1...100 { printer.add(line("\(number)", of: "a")) }
        await printer.withThread {}
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = read(ends[0], &bytes, bytes.count)
        close(ends[0])
        let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 100)
        #expect(lines.last == "a       | 100")
    }

    @Test("are dropped, and counted, when nobody reads them")
    func dropped() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let printer = LinePrinter(
            LinePainter(services: ["a"], isColoured: false),
            descriptor: ends[1]
        )
        for _ in 0...LinePrinter.maximumWaiting { printer.add(line("", of: "a")) }
        close(ends[0])
        signal(SIGPIPE, SIG_IGN)
        await printer.withThread {}
        close(ends[1])
        #expect(printer.droppedCount == LinePrinter.maximumWaiting / 10)
    }
}
